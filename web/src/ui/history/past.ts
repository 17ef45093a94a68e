/** The moments of a text, arranged for the page. Pure. */
import type { ComparedChapter, ComparedEntry, TextMoment } from '../../api'
import { isSame } from '../compare/comparison'

/** A line of the timeline: a moment, or a draft that was sealed on what it left. */
export type Row = { kind: 'moment'; at: string; moment: TextMoment } | { kind: 'sealed'; at: string; sealed: TextMoment['sealed'][number] }

/** Newest first, as the moments come. What was sealed on a moment stands above it, for it came later. */
export function rowsOf(moments: readonly TextMoment[]): Row[] {
  return moments.flatMap((moment): Row[] => [
    ...[...moment.sealed].reverse().map((sealed): Row => ({ kind: 'sealed', at: sealed.at, sealed })),
    { kind: 'moment', at: moment.to, moment },
  ])
}

/** Lines under their days; `dayOf` names the day of an instant as the reader's calendar has it. */
export function daysOf(rows: readonly Row[], dayOf: (at: string) => string): { day: string; rows: Row[] }[] {
  const days: { day: string; rows: Row[] }[] = []
  for (const row of rows) {
    const day = dayOf(row.at)
    const last = days.at(-1)
    if (last?.day === day) last.rows.push(row)
    else days.push({ day, rows: [row] })
  }
  return days
}

/** The paragraphs of a chapter at a moment, one by one: with what changed in it, or as they read after it. */
export function paragraphsOf({ passages }: ComparedChapter, withChanges: boolean): ComparedEntry[] {
  const all = (passages ?? []).flatMap((passage) => (isSame(passage) ? (passage.entries ?? []) : [passage]))
  return withChanges ? all : all.filter(({ change }) => change !== 'deleted' && change !== 'moved_away').map(plain)
}

function plain(entry: ComparedEntry): ComparedEntry {
  const standing = entry.runs.filter(({ change }) => change !== 'deleted')
  return {
    ...entry, change: 'kept', move: null, sources: [], brackets: [],
    runs: standing.map(({ text, marks }) => ({ text, marks, was: undefined, change: 'kept' as const, source: null, at: null })),
  }
}

/** The numbers of the paragraphs that a moment changed, as ranges: "12–14, 20". Empty where none has a number. */
export function numbersOf({ passages }: ComparedChapter): string {
  const changed = (passages ?? []).flatMap((passage) => (isSame(passage) || !differs(passage) ? [] : [passage.number ?? passage.old_number]))
  const numbers = [...new Set(changed.filter((each) => each !== null))].sort((a, b) => a - b)
  const ranges: [number, number][] = []
  for (const number of numbers) {
    const last = ranges.at(-1)
    if (last && last[1] + 1 === number) last[1] = number
    else ranges.push([number, number])
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(', ')
}

const differs = (entry: ComparedEntry) => entry.change !== 'kept' || entry.runs.some((run) => run.change !== 'kept')

/** The state in which a paragraph stood: after the moment, or before it for one that it took out. `null` before the first change. */
export function standingOf(entry: ComparedEntry, moment: TextMoment): string | null {
  if (entry.change !== 'deleted') return moment.id
  const before = Number(moment.id.split('-')[0]) - 1
  return before < 1 ? null : `1-${before}`
}

/** The moment that a step leads to; at either end it stays. `step` 1 is towards the past. */
export function stepped(moments: readonly TextMoment[], current: string | null, step: 1 | -1): string | null {
  const at = moments.findIndex(({ id }) => id === current)
  const next = at < 0 ? 0 : Math.min(Math.max(at + step, 0), moments.length - 1)
  return moments[next]?.id ?? null
}
