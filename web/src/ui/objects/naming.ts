/** How sources are called. */
import type { Source, SourceWords } from '../../api'

/** In a line: "Harvey, David: The Right to the City, 2008". */
export function sourceLine({ author, title, year }: Pick<SourceWords, 'author' | 'title' | 'year'>): string {
  const name = author === '' ? title : `${author}: ${title}`
  return year === '' ? name : `${name}, ${year}`
}

/** What one writes in the text: "Harvey 2008". Of "Harvey, David" the first part; without an author the title. */
export function shortCitation({ author, title, year }: Pick<SourceWords, 'author' | 'title' | 'year'>): string {
  const name = author === '' ? title : (author.split(',')[0] ?? author).trim()
  return year === '' ? name : `${name} ${year}`
}

/** The sources that hold all the words somebody looks for, whatever their accents and capitals. */
export function matching(sources: readonly Source[], wanted: string): Source[] {
  const words = plain(wanted).split(/\s+/).filter((word) => word !== '')
  return sources.filter((source) => {
    const whole = plain(`${sourceLine(source)} ${source.note}`)
    return words.every((word) => whole.includes(word))
  })
}

const plain = (words: string): string => words.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
