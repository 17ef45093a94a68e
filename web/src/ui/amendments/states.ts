/** How the state of an amendment looks: a shape and a tone beside its words, never a colour alone. */
import type { Amendment, AmendmentState, Outcome, Touch } from '../../api'
import { OUTCOME_SIGNS, type Sign } from '../parts/signs'

const LOOKS: Record<AmendmentState, Sign> = {
  draft: 'off half',
  submitted: 'act half',
  under_consideration: 'act full',
  ...OUTCOME_SIGNS,
}

export const lookOf = (state: AmendmentState): Sign => LOOKS[state]

/** It waits for an answer. What is deferred will come back, and waits no longer. */
export function isWaiting({ state }: Pick<Amendment, 'state'>): boolean {
  return state === 'submitted' || state === 'under_consideration'
}

export const isDraft = ({ state }: Pick<Amendment, 'state'>): boolean => state === 'draft'
export const isAnswered = (amendment: Pick<Amendment, 'state'>): boolean => !isDraft(amendment) && !isWaiting(amendment)

/** The answers one may choose from, the plainest first. What has been touched since cannot be taken as it stands; only what is gone is overtaken. */
export function outcomesFor(touch: Touch | null): Outcome[] {
  switch (touch?.state) {
    case 'overtaken':
      return ['overtaken', 'modified', 'not_accepted', 'deferred']
    case 'touched_since':
      return ['modified', 'partly', 'not_accepted', 'deferred']
    default:
      return ['accepted', 'modified', 'partly', 'not_accepted', 'deferred']
  }
}

/** Only what is taken as it stands explains itself. */
export const needsWords = (outcome: Outcome): boolean => outcome !== 'accepted'
/** Taken in other words, which are written first. */
export const needsCopy = (outcome: Outcome): boolean => outcome === 'modified' || outcome === 'partly'
