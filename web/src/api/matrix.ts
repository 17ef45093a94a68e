/**
 * The matrix: remarks and amendments in rows, with their answers. `matrixIndex` is all rows in short, thousands of them; `matrixRows` the few in full
 * that somebody looks at.
 */
import { ifMatch, path, query } from './address'
import { array, boolean, integer, nullable, object, oneOf, record, string, Unreadable } from './parse'
import type { Parsed, Parser } from './parse'
import { json, type Requester } from './request'

export const KINDS = ['general', 'substantive', 'editorial', 'translation', 'evidence'] as const
export const OUTCOMES = ['accepted', 'modified', 'partly', 'noted', 'not_accepted', 'deferred', 'withdrawn', 'overtaken'] as const
/** What rows are about: the kinds of remarks, and amendments. */
export const ROW_KINDS = [...KINDS, 'amendment'] as const
const kind = oneOf(...KINDS)
const outcome = oneOf(...OUTCOMES)
export type Kind = Parsed<typeof kind>
export type Outcome = Parsed<typeof outcome>

export type TableFormat = 'xlsx' | 'csv' | 'docx'

/** Rows that can be asked for by id, and rows that one act may be about. */
export const MOST_IDS = 50
export const MOST_ROWS = 500

const author = object({ seat_id: string, person: string, initials: string, component: string, hue: integer })
const verdict = object({ satisfied: boolean, words: string, by: author, at: string })
const answerFields = {
  outcome,
  words: string,
  by: author,
  at: string,
  /** Where the resulting words stand. */
  result: nullable(object({ text: string, paragraph: string })),
}
const answer = object(answerFields)
export type Answer = Parsed<typeof answer>

export const row = object({
  id: string,
  /** By which people cite it: `AFR-7K3QX`; the number of an amendment. */
  reference: string,
  version: integer,
  component: string,
  hue: integer,
  chapter_number: string,
  language: string,
  text: string,
  paragraph: string,
  number: nullable(integer),
  /** The words it is about are gone. */
  detached: boolean,
  kind: oneOf(...ROW_KINDS),
  quote: string,
  comment: string,
  /** Empty when it proposes no words; an amendment then only takes words out. */
  proposed: string,
  at: string,
  replies: integer,
  /** Its component took it back. */
  withdrawn: nullable(object({ at: string, reason: string })),
  answer: nullable(answer),
  verdict: nullable(verdict),
  earlier: array(object({ ...answerFields, until: string, verdict: nullable(verdict) })),
  assigned: nullable(author),
  may: object({ answer: boolean, is_own: boolean, assign: boolean, describe: boolean, judge: boolean }),
})
export type MatrixRow = Parsed<typeof row>
const rows = object({ rows: array(row) })

/** A row in short. All but `id`, `version` and `number` are places in the lists of the index. */
export interface Line {
  id: string
  version: number
  component: number
  chapter: number
  number: number | null
  kind: number
  state: number
  /** 0: nobody. */
  assigned: number
  verdict: 0 | 1 | 2
}

/** `[id, version, component, chapter, number, kind, state, assigned, verdict]`. Checked as one, because there are thousands. */
const line: Parser<Line> = (value, where) => {
  const [id, version, component, chapter, number, kind, state, assigned, verdict] = Array.isArray(value) ? value : []
  const counts = [version, component, chapter, kind, state, assigned, verdict]
  if (typeof id !== 'string' || !counts.every(Number.isSafeInteger) || (number !== null && !Number.isSafeInteger(number))) {
    throw new Unreadable(where, 'a row in short', value)
  }
  return { id, version, component, chapter, number, kind, state, assigned, verdict }
}

export const matrixIndex = object({
  components: array(object({ code: string, hue: integer })),
  chapters: array(object({ id: string, number: string, titles: record(string) })),
  kinds: array(string),
  /** The first is `unanswered`. */
  states: array(string),
  assigned: array(author),
  /** The first so many of `assigned` may answer somewhere in the paper. */
  answerers: integer,
  /** The seats among them that decide on amendments somewhere. */
  deciders: array(string),
  may_answer: boolean,
  /** May bring in a file of one's own component, or of another one. */
  may_bring: boolean,
  may_enter: boolean,
  rows: array(line),
})
export type MatrixIndex = Parsed<typeof matrixIndex>

/** New remarks that one file brings in. */
export const MOST_NEW = 500

const broughtMatrix = object({
  id: string,
  name: string,
  component: string,
  on_behalf: boolean,
  rows: array(object({
    line: integer,
    what: oneOf('new', 'known', 'changed', 'repeated', 'on_its_page', 'foreign', 'unreadable'),
    /** The end of a message id. */
    note: nullable(string),
    comment: string,
    chapter: nullable(string),
    number: nullable(integer),
    how: nullable(oneOf('quote', 'number', 'chapter', 'beginning')),
  })),
})
export type BroughtMatrix = Parsed<typeof broughtMatrix>

const inTheWay = array(object({ id: string, code: string }))
export type Foreseen = Parsed<typeof inTheWay>
/** Without a batch, as with amendments alone, there is nothing to take back. */
const given = object({ batch: nullable(string), rows: array(row) })
const takenBack = object({ rows: array(row), left: integer })
const changed = object({ id: string, version: integer })

export type RowMark = Pick<MatrixRow, 'id' | 'version'>
export interface NewAnswer {
  outcome: Outcome
  words: string
  result?: { text: string; paragraph: string }
}

const marks = (rows: readonly RowMark[]) => rows.map(({ id, version }) => ({ id, version }))

export function matrixRoutes({ get, post, create, remove }: Requester) {
  return {
    /** Every row this seat may read, or those that hold all of the words. */
    matrixIndex: (slug: string, words = '') =>
      get(path`/papers/${slug}/matrix/index` + query(words === '' ? {} : { words }), json(matrixIndex)),
    /** At most 50. Those that are not there are left out. */
    matrixRows: async (slug: string, ids: readonly string[]) =>
      (await get(path`/papers/${slug}/matrix/rows` + query({ ids: ids.join(',') }), json(rows))).rows,
    /** An address for a download. `filter` holds the parts of the question as the server spells them. */
    matrixFile: (slug: string, format: TableFormat, language: string, filter: Record<string, string>) =>
      path`/papers/${slug}/matrix/file` + query({ format, language, ...filter }),
    /** Answers all of the rows, or none. */
    answerRows: (slug: string, rows: readonly RowMark[], answer: NewAnswer) =>
      create(path`/papers/${slug}/matrix/answers`, json(given), { rows: marks(rows), ...answer }),
    /** What would stand in the way of that. */
    foreseeAnswers: async (slug: string, rows: readonly RowMark[], answer: NewAnswer) => {
      const body = { rows: marks(rows), ...answer, preview: true }
      return (await post(path`/papers/${slug}/matrix/answers`, json(object({ rows_in_the_way: inTheWay })), body)).rows_in_the_way
    },
    /** The answers that held before hold again. */
    takeBackAnswers: (slug: string, batch: string) => post(path`/papers/${slug}/matrix/answers/${batch}/undo`, json(takenBack), {}),
    /** Nothing is taken in yet. `content` is base64. */
    bringMatrix: (slug: string, file: { name: string; content: string; component?: string }) =>
      create(path`/papers/${slug}/matrix/imports`, json(broughtMatrix), file),
    /** Of what was only looked at. Left alone, it goes after two weeks. */
    discardMatrix: (slug: string, id: string) => remove(path`/papers/${slug}/matrix/imports/${id}`),
    takeInMatrix: (slug: string, id: string) =>
      post(path`/papers/${slug}/matrix/imports/${id}/take-in`, json(object({ new: integer, changed: integer })), {}),
    /** `null` for nobody. */
    assignRows: async (slug: string, rows: readonly RowMark[], seat: string | null) =>
      (await post(path`/papers/${slug}/matrix/assignments`, json(object({ rows: array(row) })), { rows: marks(rows), seat })).rows,
    describeRemark: ({ id, version }: RowMark, entry: { kind: Kind; proposed: string }) =>
      post(path`/threads/${id}/entry`, json(changed), entry, ifMatch(version)),
    judgeAnswer: ({ id, version }: RowMark, verdict: { satisfied: boolean; words: string }) =>
      post(path`/threads/${id}/verdict`, json(changed), verdict, ifMatch(version)),
  }
}
