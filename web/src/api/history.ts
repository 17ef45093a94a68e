/** The history of a text: its moments, the text as it was after each, and an earlier state that comes back. */
import { path, query } from './address'
import { author, comparison, comparedAmendment } from './comparing'
import { array, boolean, integer, nullable, object, oneOf, string } from './parse'
import type { Parsed } from './parse'
import { json, type Requester } from './request'

const moment = object({
  /** The places of its first and its last change in the log. */
  id: string,
  kind: oneOf('begun', 'sitting', 'amendment', 'bracket', 'restored', 'replaced'),
  from: string,
  to: string,
  by: array(object({ author, inserted: integer, deleted: integer })),
  /** About how many characters came and went. */
  inserted: integer,
  deleted: integer,
  amendment: nullable(comparedAmendment),
  bracket: nullable(object({ id: string, event: oneOf('bracket_opened', 'bracket_settled', 'bracket_argued', 'bracket_wording', 'bracket_marked', 'bracket_lifted') })),
  /** When what came back had been so; `paragraph` when it was only one. */
  restored: nullable(object({ of: string, paragraph: nullable(string) })),
  /** The drafts that were sealed on what it left. */
  sealed: array(object({ id: string, name: string, symbol: nullable(string), status: nullable(string), at: string })),
})
export type TextMoment = Parsed<typeof moment>

const history = object({
  text: string, chapter: string, number: string, language: string, may_restore: boolean, items: array(moment), next: nullable(string),
})
export type TextHistory = Parsed<typeof history>

const past = object({
  moment,
  may_restore: boolean,
  /** From the moment before to this one, with the words of paragraphs that do not differ. */
  comparison,
})
export type Past = Parsed<typeof past>

const restoration = object({
  /** The text as it is: to be sent with the order. */
  heads: array(string),
  /** From the text as it is to the text as it would be. */
  comparison,
})
export type Restoration = Parsed<typeof restoration>

export function historyRoutes({ get, post }: Requester) {
  return {
    /** The newest first. */
    history: (text: string, cursor: string | null = null) =>
      get(path`/texts/${text}/history` + query({ limit: '100', ...(cursor === null ? {} : { cursor }) }), json(history)),
    past: (text: string, id: string) => get(path`/texts/${text}/history/${id}`, json(past)),
    /** What would change if the text, or one paragraph of it, became as it was then. */
    restoration: (text: string, id: string, paragraph: string | null) =>
      get(path`/texts/${text}/history/${id}/restoration` + query(paragraph === null ? {} : { paragraph }), json(restoration)),
    /** `text_moved_on` when the same paragraphs were changed meanwhile. */
    restore: (text: string, id: string, paragraph: string | null, heads: readonly string[]) =>
      post(path`/texts/${text}/restore`, json(object({ heads: array(string) })), { moment: id, paragraph, heads }),
  }
}
