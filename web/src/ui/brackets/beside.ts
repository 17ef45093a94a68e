/** Brackets beside the text, and how many remain in each chapter. */
import type { Bracket, Brackets, Paper } from '../../api'

/** The most characters of a reason or a wording. */
export const MOST = 3_000

export type Filter = 'open' | 'resolved'

export interface Beside {
  /** In the order of the text; `top` in pixels from its start. Open ones, and settled ones whose mark is in the text again. */
  placed: { bracket: Bracket; top: number }[]
  /** Open, but their mark is not in the text. */
  lost: Bracket[]
  /** The last settled first. */
  settled: Bracket[]
  /** Marks of nobody. */
  strays: { id: string; top: number }[]
}

/** Over, but its mark came back, as when a deletion is undone. */
export const isLeftOver = ({ outcome, standing }: Bracket): boolean => outcome !== null && standing !== null

/**
 * The brackets of one text as the margin shows them. `tops` is where the editor has marks. Between an act and the moment its change
 * reaches this editor the two may differ: then the server's word counts, and nothing is called lost or of nobody before its time.
 */
export function beside({ brackets, unrecorded }: Brackets, text: string, tops: ReadonlyMap<string, number>, filter: Filter): Beside {
  const here = brackets.filter((bracket) => bracket.text === text)
  const settled = here.filter(({ outcome }) => outcome !== null).sort((a, b) => (b.outcome?.at ?? '').localeCompare(a.outcome?.at ?? ''))
  if (filter === 'resolved') return { placed: [], lost: [], settled, strays: [] }
  const open = here.filter((bracket) => bracket.outcome === null || isLeftOver(bracket))
  return {
    placed: open.flatMap((bracket) => (tops.has(bracket.id) ? [{ bracket, top: tops.get(bracket.id)! }] : [])).sort((a, b) => a.top - b.top),
    lost: open.filter(({ id, standing }) => standing === null && !tops.has(id)),
    settled: [],
    strays: unrecorded.flatMap(({ text: its, id }) => (its === text && tops.has(id) ? [{ id, top: tops.get(id)! }] : [])),
  }
}

/** For tabs. */
export function countBrackets({ brackets, unrecorded }: Brackets, text: string): Record<Filter, number> {
  const here = brackets.filter((bracket) => bracket.text === text)
  const settled = here.filter(({ outcome }) => outcome !== null).length
  return { open: here.length - settled + unrecorded.filter((each) => each.text === text).length, resolved: settled }
}

/** How far a chapter is on its way to zero, in the text it is drafted in. */
export interface Countdown {
  chapter: Paper['chapters'][number]
  /** Counted by the marks in the text. */
  remaining: number
  settled: number
}

/** The chapters that have or had brackets, in the order of the paper. */
export function countdown({ brackets, remaining }: Brackets, chapters: Paper['chapters']): Countdown[] {
  const all = chapters.map((chapter) => {
    const texts = new Set(Object.values(chapter.texts).map(({ id }) => id))
    const settled = brackets.filter(({ text, outcome }) => texts.has(text) && outcome !== null).length
    return { chapter, remaining: remaining[chapter.id] ?? 0, settled }
  })
  return all.filter((each) => each.remaining + each.settled > 0)
}

export const totalOf = ({ remaining }: Brackets): { count: number; chapters: number } => {
  const counts = Object.values(remaining).filter((count) => count > 0)
  return { count: counts.reduce((sum, count) => sum + count, 0), chapters: counts.length }
}

/** The wordings of a place as people count them: the words in the text are ALT 1, what was brought goes on from there. */
export const alternativeOf = (index: number): number => index + 2

/** Which of the wordings replaced the words: its number as people count, `null` for words of whoever settled. */
export function chosenAlternative({ options, outcome }: Bracket): number | null {
  const at = options.findIndex(({ words }) => words !== '' && words === outcome?.instead)
  return at < 0 ? null : alternativeOf(at)
}

/** The words in question: as they stand, or as they were quoted. */
export const wordsOf = ({ standing, anchor }: Bracket): string => standing?.words ?? anchor.quote

/** Those who stand against it, by code. */
export const opponentsOf = ({ sides }: Bracket): string[] => sides.filter(({ side }) => side === 'opposes').map(({ component }) => component)
