/** How a stance and an outcome look wherever they are shown: a colour and a shape beside their word, for `.state`. */
import type { AnsweredItem, PositionStance } from '../../api'

export type Sign = `${'good' | 'warn' | 'bad' | 'act' | 'off'} ${'full' | 'half' | 'square'}`

type Outcome = NonNullable<AnsweredItem['answer']>['outcome']

export const STANCE_SIGNS: Readonly<Record<PositionStance, Sign>> = {
  supports: 'good full',
  supports_with_comments: 'good half',
  can_live_with: 'act half',
  reservation: 'warn square',
  objects: 'bad square',
  abstains: 'off full',
}

/** What became of a remark or an amendment. */
export const OUTCOME_SIGNS: Readonly<Record<Outcome, Sign>> = {
  accepted: 'good full',
  modified: 'good half',
  partly: 'good half',
  noted: 'act full',
  not_accepted: 'bad square',
  deferred: 'warn half',
  withdrawn: 'off full',
  overtaken: 'off square',
}
