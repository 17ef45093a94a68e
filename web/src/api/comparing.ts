/**
 * Comparisons: two drafts of a paper in one. Paragraphs that do not differ come gathered, with their words only when they are asked for;
 * a long paper comes chapter by chapter.
 */
import { path, query } from './address'
import { blockKind } from './model'
import { array, integer, nullable, object, oneOf, optional, record, string, unknown } from './parse'
import type { Parsed, Parser } from './parse'
import { json, nothing, type Requester } from './request'

export const author = object({ seat_id: string, person: string, initials: string, component: string, hue: integer })
const outcome = oneOf('accepted', 'modified', 'partly', 'not_accepted', 'deferred', 'overtaken', 'withdrawn')
const marks = record(unknown)

const run = object({
  text: string,
  marks: optional(marks),
  /** `marked`: the same words with other marks; `was` are the old ones. */
  change: oneOf('kept', 'inserted', 'deleted', 'marked'),
  was: optional(marks),
  /** Who changed them, as a place among the sources. */
  source: nullable(integer),
  at: nullable(string),
})
export type ComparedRun = Parsed<typeof run>

/** A paragraph of either draft, or of both. */
const entry = object({
  ...blockKind,
  /** `changed`: it was another kind. `moved`: it stood elsewhere; `moved_away`: this is where it stood. */
  change: oneOf('kept', 'inserted', 'deleted', 'changed', 'moved', 'moved_away'),
  number: nullable(integer),
  old_number: nullable(integer),
  /** The other end of a move; both ends have the same number. */
  move: nullable(object({ number: integer, chapter: string, paragraph: nullable(integer) })),
  runs: array(run),
  sources: array(integer),
  brackets: array(object({
    id: string, end: nullable(oneOf('kept', 'removed', 'replaced', 'withdrawn')), words: string, by: nullable(author), at: nullable(string),
  })),
})
export type ComparedEntry = Parsed<typeof entry>

const same = object({
  change: oneOf('same'), count: integer, first: nullable(integer), last: nullable(integer), entries: optional(array(entry)),
})
export type SamePassage = Parsed<typeof same>

const passage: Parser<SamePassage | ComparedEntry> = (value, where) =>
  (value as { change?: unknown } | null)?.change === 'same' ? same(value, where) : entry(value, where)
export type ComparedPassage = Parsed<typeof passage>

const chapter = object({
  chapter: string,
  change: oneOf('kept', 'inserted', 'deleted'),
  number: string,
  old_number: nullable(string),
  title: string,
  changes: integer,
  added: integer,
  removed: integer,
  /** `null` in the other parts of a long answer. */
  passages: nullable(array(passage)),
})
export type ComparedChapter = Parsed<typeof chapter>

const point = object({
  kind: oneOf('milestone', 'now', 'seen', 'then'),
  id: nullable(string),
  name: nullable(string),
  at: string,
  /** The heads of every text, to be sent back when they were read. */
  texts: optional(record(array(string))),
})
export type ComparedPoint = Parsed<typeof point>

export const comparedAmendment = object({
  id: string, number: nullable(integer), component: string, hue: integer, state: string, title: string, reason: string,
  decision: nullable(object({ outcome, words: string, by: author, at: string })),
})

const source = object({ author, amendment: nullable(comparedAmendment) })
export type ComparedSource = Parsed<typeof source>

export const comparison = object({
  paper: string, language: string, from: point, to: point, changes: integer, added: integer, removed: integer,
  sources: array(source), chapters: array(chapter), next: nullable(string),
})
export type Comparison = Parsed<typeof comparison>

export interface WhichComparison {
  /** A milestone's id, `now`, `seen` or `position`. */
  from: string
  to: string
  language: string
  /** With the words of paragraphs that do not differ. */
  whole?: boolean
}

export function comparisonRoutes({ get, post }: Requester) {
  const part = (slug: string, { from, to, language, whole = false }: WhichComparison, cursor: string | null) =>
    get(path`/papers/${slug}/compare` + query({ from, to, language, ...(whole ? { unchanged: '1' } : {}), ...(cursor === null ? {} : { cursor }) }), json(comparison))
  return {
    /** All parts of it, put together. */
    compare: async (slug: string, which: WhichComparison): Promise<Comparison> => {
      let whole = await part(slug, which, null)
      while (whole.next !== null) whole = joined(whole, await part(slug, which, whole.next))
      return whole
    },
    /** An address for a download: what changed, as a file. */
    comparisonFile: (slug: string, { from, to, language }: WhichComparison, format: 'pdf' | 'docx' | 'html' | 'md') =>
      path`/papers/${slug}/compare/file` + query({ from, to, language, format }),
    /** Says what was seen: `from: 'seen'` begins there. */
    noteLook: (slug: string, texts: Record<string, string[]>) => post(path`/papers/${slug}/looks`, nothing, { texts }),
  }
}

/** A later part laid behind the ones before. Sources keep their places, for they are those of the whole comparison in every part. */
export function joined(before: Comparison, later: Comparison): Comparison {
  const chapters = later.chapters.map((each, at) => (each.passages === null ? (before.chapters[at] ?? each) : each))
  return { ...later, chapters }
}
