/** The chapters of a paper as one list to show, in one language: beside the text, and on the paper's own page. */
import type { Chapter, ChapterText } from '../../api'

export interface OutlineEntry {
  chapter: Chapter
  /** The language shown: the wanted one, else the one the chapter is drafted in. */
  language: string
  text: ChapterText
  /** 0 for a chapter of the paper itself, 1 for 4.1, and so on. */
  depth: number
  /** The numbered paragraphs it holds, "31–38"; empty when there are none. */
  paragraphs: string
}

/** In the order of the paper. A chapter that has no text at all yet is left out: there is nothing to open. */
export function outline(chapters: readonly Chapter[], language: string): OutlineEntry[] {
  return chapters.flatMap((chapter) => {
    const shown = chapter.texts[language] ? language : chapter.language
    const text = chapter.texts[shown]
    if (!text) return []
    return [{ chapter, language: shown, text, depth: chapter.number.split('.').length - 1, paragraphs: range(text) }]
  })
}

/** The chapter above one, with its title: what a reader of 4.1 should know they are in. `null` for one that stands alone. */
export function parentOf(entry: OutlineEntry, entries: readonly OutlineEntry[]): OutlineEntry | null {
  return entries.find((other) => other.chapter.id === entry.chapter.parent) ?? null
}

function range({ first_number: first, numbered }: ChapterText): string {
  if (numbered === 0) return ''
  return numbered === 1 ? `${first}` : `${first}–${first + numbered - 1}`
}
