/** A Word document on its way to being a paper: looked at, then taken in. */
import { array, integer, object, string, type Parsed } from './parse'
import { json, type Requester } from './request'

const outlook = object({
  chapters: array(object({
    title: string,
    paragraphs: integer,
    tables: integer,
    notes: integer,
    pictures: integer,
    /** Whose tracked changes become a draft of an amendment, by the names in the file. */
    proposals: array(string),
    comments: integer,
  })),
  /** What could not be kept. `paragraph` counts those with words from 1; 0 is the file as a whole. `found` is the end of a message id. */
  report: object({ notes: array(object({ paragraph: integer, found: string, words: string })), more: integer }),
})
export type WordOutlook = Parsed<typeof outlook>

const made = object({ slug: string, chapters: array(object({ number: string, language: string })), outlook })
export type WordPaper = Parsed<typeof made>

export interface NewWordPaper {
  slug: string
  title: string
  language: string
  /** Of the file; the server keeps at most 200 characters. */
  name: string
  /** The file in base64. */
  content: string
}

/** What the service takes, unless its operator said otherwise: a first look saves people an upload. */
export const WORD_BYTES = 15_000_000

export interface OnTheWay {
  /** The part that has left, from 0 to 1. */
  onProgress(part: number): void
  signal: AbortSignal
}

export function wordRoutes({ bring }: Requester) {
  const asBlob = (paper: NewWordPaper) => new Blob([JSON.stringify(paper)], { type: 'application/json' })
  return {
    /** What it would become. Nothing is made. */
    lookAtWord: (paper: NewWordPaper, how: OnTheWay) => bring('/api/v1/imports/word/look', json(outlook), asBlob(paper), how),
    /** Sent again after a lost answer it is refused as `word_taken`, with the paper that it became. */
    takeInWord: (paper: NewWordPaper, how: OnTheWay) => bring('/api/v1/imports/word', json(made), asBlob(paper), how),
  }
}
