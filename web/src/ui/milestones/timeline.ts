/**
 * The drafts of a paper on one line of time, the latest first: what is planned above today, what was sealed below it. A plan that was
 * fulfilled is part of the draft that was sealed for it.
 */
import type { Milestone, PaperSummary, Planned, Round } from '../../api'
import { daysUntil, isOpen } from '../home/asked'
import { wallOf } from '../round/when'

export type Publicity = PaperSummary['milestones'][number]['publication']

export type Entry =
  | { kind: 'planned'; plan: Planned; days: number; isNext: boolean }
  | { kind: 'cancelled'; plan: Planned }
  | { kind: 'today'; date: string }
  | {
      kind: 'sealed'
      milestone: Milestone
      /** What it was planned as. */
      plan: Planned | null
      /** Days from the sealing to the day it was planned for: negative when that had passed. */
      early: number
      publicity: Publicity
      /** The draft that was sealed before it. */
      before: Milestone | null
      /** Nothing was sealed after it. */
      isLast: boolean
      /** Rounds that stand on it and are not over. */
      rounds: Round[]
    }

interface Known {
  plans: readonly Planned[]
  milestones: readonly Milestone[]
  publicity: ReadonlyMap<string, Publicity>
  rounds: readonly Round[]
}

const IS_OVER: readonly Round['phase'][] = ['draft', 'closed', 'published']

/** `now` on the service's clock; days are those of the reader's zone. */
export function timeline({ plans, milestones, publicity, rounds }: Known, now: string, zone: string): Entry[] {
  const today = wallOf(now, zone).slice(0, 10)
  const inOrder = [...milestones].sort((a, b) => a.sealed_at.localeCompare(b.sealed_at))
  const next = nextOf(plans, now, zone)
  // The end of a day for what is due on it, so that what is due today stands above today.
  const dated: { at: string; entry: Entry }[] = [{ at: `${today}T24:00`, entry: { kind: 'today', date: today } }]
  for (const plan of plans.filter(({ sealed }) => sealed === null)) {
    const entry: Entry = plan.cancelled ? { kind: 'cancelled', plan } : { kind: 'planned', plan, days: daysUntil(plan.date, now, zone), isNext: plan.id === next?.id }
    dated.push({ at: `${plan.date}T25:00`, entry })
  }
  for (const [at, milestone] of inOrder.entries()) {
    const plan = plans.find(({ sealed }) => sealed === milestone.id) ?? null
    dated.push({
      at: wallOf(milestone.sealed_at, zone),
      entry: {
        kind: 'sealed', milestone, plan,
        early: plan ? daysUntil(plan.date, milestone.sealed_at, zone) : 0,
        publicity: publicity.get(milestone.id) ?? 'private',
        before: inOrder[at - 1] ?? null,
        isLast: at === inOrder.length - 1,
        rounds: rounds.filter((round) => round.milestone === milestone.id && !IS_OVER.includes(round.phase)),
      },
    })
  }
  return dated.sort((a, b) => b.at.localeCompare(a.at)).map(({ entry }) => entry)
}

/** The planned draft that is to be sealed next: one that is overdue, else the first to come. */
export function nextOf(plans: readonly Planned[], now: string, zone: string): Planned | null {
  const open = plans.filter(isOpen).sort((a, b) => a.date.localeCompare(b.date))
  return open.find(({ date }) => daysUntil(date, now, zone) >= 0) ?? open.at(-1) ?? null
}
