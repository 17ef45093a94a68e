/** The form in which a round is planned: what it begins with, what is wrong with it, and what is asked of the server. */
import type { Asks, Round, RoundPlan, Visibility } from '../../api'
import type { MessageId } from '../../i18n'
import { instantsOf, problemOf, wallOf } from './when'

export interface PlanForm {
  name: string
  about: string
  milestone: string
  asks: Asks[]
  invited: string[]
  /** On the clock of whoever fills it in: `2016-09-23T14:00`. */
  opens: string
  closes: string
  visibility: Visibility
}

export const PLAN_FIELDS: readonly (keyof PlanForm)[] = ['name', 'about', 'milestone', 'asks', 'invited', 'opens', 'closes', 'visibility']

const DAY_MS = 86_400_000

/** A round from now on for two weeks, to the end of a working day. */
export function emptyPlan(now: number, zone: string): PlanForm {
  return {
    name: '', about: '', milestone: '', asks: ['comments', 'amendments', 'position'], invited: [], visibility: 'open',
    opens: wallOf(now, zone), closes: `${wallOf(now + 14 * DAY_MS, zone).slice(0, 10)}T18:00`,
  }
}

export function planFrom(round: Round, zone: string): PlanForm {
  const { name, about, milestone, asks, invited, visibility } = round
  return { name, about, milestone, asks, invited, visibility, opens: wallOf(round.opens, zone), closes: wallOf(round.closes, zone) }
}

export interface Wrong {
  field: keyof PlanForm
  says: MessageId
}

/** The first thing that is wrong; `null` when the plan can be sent. The hour that comes twice is no mistake: the first is meant. */
export function wrongIn(form: PlanForm, zone: string, now: number): Wrong | null {
  if (form.name.trim() === '') return { field: 'name', says: 'plan-wrong-name' }
  if (form.milestone === '') return { field: 'milestone', says: 'plan-wrong-milestone' }
  if (form.asks.length === 0) return { field: 'asks', says: 'plan-wrong-asks' }
  for (const field of ['opens', 'closes'] as const) {
    const problem = problemOf(form[field], zone)
    if (problem === 'never' || problem === 'empty') return { field, says: `plan-wrong-${problem}` }
  }
  const [opens, closes] = [instantsOf(form.opens, zone)[0]!, instantsOf(form.closes, zone)[0]!]
  if (closes <= opens) return { field: 'closes', says: 'plan-wrong-order' }
  if (closes <= now) return { field: 'closes', says: 'plan-wrong-past' }
  if (form.invited.length === 0) return { field: 'invited', says: 'plan-wrong-invited' }
  return null
}

/** What is sent, of a form in which nothing is wrong. */
export function requestOf(form: PlanForm, zone: string): RoundPlan & { milestone: string } {
  const at = (wall: string) => new Date(instantsOf(wall, zone)[0]!).toISOString()
  return { ...form, name: form.name.trim(), about: form.about.trim().replace(/\s*\n\s*/g, ' '), opens: at(form.opens), closes: at(form.closes) }
}
