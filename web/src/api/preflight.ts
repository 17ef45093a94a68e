/** What a sealing would find now, as the server tells it. */
import { array, boolean, integer, nullable, object, oneOf, optional, type Parsed, string } from './parse'

export const SEVERITIES = ['stops', 'looks_wrong', 'to_know'] as const
export type Severity = (typeof SEVERITIES)[number]

export const STATUSES = ['for_comments', 'revised', 'final', 'adopted'] as const
export type DraftStatus = (typeof STATUSES)[number]

const FAULTS = [
  'character_without_font',
  'alt_missing',
  'image_missing',
  'heading_skips',
  'title_missing',
  'heading_empty',
  'table_wide',
  'table_parted',
  'source_missing',
  'link_refused',
  'chapter_empty',
  'bracket',
  'chapter_untranslated',
  'untranslated',
  'stale',
  'orphaned',
] as const

export const finding = object({
  severity: oneOf(...SEVERITIES),
  fault: oneOf(...FAULTS),
  /** Of a character without a font. */
  character: optional(string),
  /** Of a heading that skips a level. */
  from: optional(integer),
  to: optional(integer),
  /** Of a table. */
  columns: optional(integer),
  chapter: string,
  number: string,
  paragraph: nullable(string),
  /** Of the text in which the paragraph stands. */
  language: string,
  beginning: string,
})
export type Finding = Parsed<typeof finding>

export const outlook = object({
  /** The one that follows on the last; `null` for a paper that has none. */
  symbol: nullable(string),
  languages: array(object({ language: string, words: integer, chapters: integer, drafted: boolean, findings: array(finding) })),
})
export type Outlook = Parsed<typeof outlook>

/** Of a sealed draft: how the organisation cites it, and how far it has come. */
export const named = { symbol: optional(string), status: optional(oneOf(...STATUSES)) }
