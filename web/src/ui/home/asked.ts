/**
 * "What is asked of you": from the papers one can see to a short list of acts, the nearest first. Nothing is asked that
 * the person could not do, and the list is honest: when it is empty, nothing is waiting.
 */
import { ownZone, wallOf } from '../round/when'
import type { Paper, PaperSummary, Planned } from '../../api'

export type Task =
  /** Comments are open in a text one may write. */
  | { kind: 'answer'; paper: Paper; number: string; language: string; title: string; open: number }
  /** The next planned draft is one's own to seal. */
  | { kind: 'seal'; paper: Paper; planned: Planned; days: number }
  /** The next planned draft will hold what one writes until then. */
  | { kind: 'write'; paper: Paper; planned: Planned; days: number }
  /** The next planned draft can still be commented on. */
  | { kind: 'read'; paper: Paper; planned: Planned; days: number }

export interface Asked {
  /** At most `MOST_TEXTS` texts with open comments, the fullest first; then the next draft of each paper. */
  tasks: Task[]
  /** Texts with open comments that are not listed. */
  moreTexts: number
}

const MOST_TEXTS = 3

export function asked(papers: readonly Paper[], now: string): Asked {
  const answers = papers.flatMap(textsToAnswer).sort((a, b) => b.open - a.open)
  const drafts = papers.flatMap((paper) => nextDraft(paper, now))
  return { tasks: [...answers.slice(0, MOST_TEXTS), ...drafts], moreTexts: Math.max(0, answers.length - MOST_TEXTS) }
}

/** The first planned draft that waits and whose day is not past; `null` when none is left. */
export function nextPlanned(paper: Pick<PaperSummary, 'planned'>, now: string): Planned | null {
  const waiting = paper.planned.filter((each) => isOpen(each) && daysUntil(each.date, now) >= 0)
  return waiting.sort((a, b) => a.date.localeCompare(b.date))[0] ?? null
}

/** Neither sealed nor given up. */
export function isOpen({ sealed, cancelled }: Pick<Planned, 'sealed' | 'cancelled'>): boolean {
  return sealed === null && cancelled === null
}

/** Whole days from `now` (RFC 3339) to a calendar day; 0 today, negative when past. Today is the day where the reader is. */
export function daysUntil(date: string, now: string, zone = ownZone()): number {
  return Math.round((Date.parse(`${date}T00:00:00Z`) - Date.parse(`${wallOf(now, zone).slice(0, 10)}T00:00:00Z`)) / 86_400_000)
}

function textsToAnswer(paper: Paper) {
  return paper.chapters
    .filter((chapter) => chapter.may_write)
    .flatMap((chapter) =>
      Object.entries(chapter.texts)
        .filter(([, text]) => text.open_threads > 0)
        .map(([language, text]) => ({ kind: 'answer' as const, paper, number: chapter.number, language, title: text.title, open: text.open_threads })),
    )
}

function nextDraft(paper: Paper, now: string): Task[] {
  const planned = nextPlanned(paper, now)
  if (!planned) return []
  const days = daysUntil(planned.date, now)
  if (paper.rights.may_seal) return [{ kind: 'seal', paper, planned, days }]
  if (paper.chapters.some((chapter) => chapter.may_write)) return [{ kind: 'write', paper, planned, days }]
  return paper.rights.may_comment ? [{ kind: 'read', paper, planned, days }] : []
}
