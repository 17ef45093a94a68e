/** Numbers of paragraphs and of notes run through the whole paper: what a chapter begins with depends on all before it. */
import type { Chapter, ChapterText } from '../api'

/**
 * The number of each chapter's first numbered paragraph in one language, by text id. `live` holds counts that are newer than
 * the paper's: of the text being edited, and of those an event told about.
 */
export function firstNumbers(
  chapters: readonly Chapter[],
  language: string,
  live: ReadonlyMap<string, number> = new Map(),
): Map<string, number> {
  return firsts(chapters, language, (text) => live.get(text.id) ?? text.numbered)
}

/** The number of each chapter's first note, likewise. */
export function firstNotes(chapters: readonly Chapter[], language: string, live: ReadonlyMap<string, number> = new Map()): Map<string, number> {
  return firsts(chapters, language, (text) => live.get(text.id) ?? text.notes)
}

function firsts(chapters: readonly Chapter[], language: string, count: (text: ChapterText) => number): Map<string, number> {
  let next = 1
  return new Map(chapters.flatMap(({ texts }) => {
    const text = texts[language]
    if (text === undefined) return []
    const first = next
    next += count(text)
    return [[text.id, first] as const]
  }))
}
