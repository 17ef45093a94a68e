/**
 * Brackets: words that are not agreed, always with the components that want them in or out, and why. The record is here; the words
 * carry the mark `bracket:ID` in the text. The server changes both at once.
 */
import { ifMatch, path } from './address'
import { anchor, type Anchor } from './model'
import { array, boolean, integer, nullable, object, oneOf, record, string } from './parse'
import type { Parsed } from './parse'
import { json, nothing, type Requester } from './request'

const author = object({ seat_id: string, person: string, initials: string, component: string, hue: integer })

/** What a component may want when a bracket is opened for it. */
export const WANTS = ['add', 'delete', 'keep'] as const
export const SIDES = [...WANTS, 'supports', 'opposes', 'left'] as const
export type Side = (typeof SIDES)[number]
export type End = 'kept' | 'removed' | 'replaced'

export const bracket = object({
  /** The id in the name of its mark. */
  id: string,
  text: string,
  /** Where it was opened. */
  paragraph: string,
  /** What was quoted then. */
  anchor,
  opened_by: author,
  opened_at: string,
  /** What each component says now; those that left are not among them. */
  sides: array(object({ component: string, hue: integer, side: oneOf(...SIDES), words: string, at: string })),
  /** Further wordings for the place; empty words: nothing should stand there. */
  options: array(object({ component: string, hue: integer, words: string })),
  outcome: nullable(object({
    end: oneOf('kept', 'removed', 'replaced', 'withdrawn'),
    by: author,
    at: string,
    words: string,
    instead: nullable(string),
    /** The components over whose opposition it was settled. */
    over: array(string),
  })),
  /** Where its mark stands in the text; `null` when it does not. `nth`: among the numbered paragraphs of the text, from 1. */
  standing: nullable(object({ words: string, paragraph: string, nth: nullable(integer) })),
  /** `proposes`: one would settle it, if one's component had not proposed it. */
  may: object({ speak: boolean, settle: boolean, proposes: boolean, write: boolean }),
  version: integer,
})
export type Bracket = Parsed<typeof bracket>

const brackets = object({
  brackets: array(bracket),
  /** By chapter: how many stand in the text it is drafted in. */
  remaining: record(integer),
  /** Marks that no record has. */
  unrecorded: array(object({ text: string, id: string })),
})
export type Brackets = Parsed<typeof brackets>

export interface NewBracket {
  id: string
  anchor: Anchor
  paragraph: string
  /** The id of the component. */
  component: string
  side: Side
  words: string
}

export interface Settling {
  end: End
  /** For `replaced`. */
  instead?: string
  /** Why; needed where a component opposes. */
  words: string
}

export function bracketRoutes({ get, post, create }: Requester) {
  const of = (slug: string, id: string) => path`/papers/${slug}/brackets/${id}`
  return {
    brackets: (slug: string) => get(path`/papers/${slug}/brackets`, json(brackets)),
    openBracket: (text: string, opened: NewBracket) => create(path`/texts/${text}/brackets`, json(bracket), opened),
    takeSide: (slug: string, { id, version }: Bracket, side: Side, words: string) =>
      post(of(slug, id) + '/side', json(bracket), { side, words }, ifMatch(version)),
    offerWording: (slug: string, { id, version }: Bracket, words: string) =>
      post(of(slug, id) + '/options', json(bracket), { words }, ifMatch(version)),
    settleBracket: (slug: string, { id, version }: Bracket, settling: Settling) =>
      post(of(slug, id) + '/settle', json(bracket), settling, ifMatch(version)),
    /** Puts the mark, which was lost, around what is left of its words. */
    markBracket: (slug: string, { id, version }: Bracket) => post(of(slug, id) + '/mark', json(bracket), {}, ifMatch(version)),
    /** Takes away a mark that no open bracket has. */
    liftBracket: (text: string, id: string) => post(path`/texts/${text}/brackets/${id}/lift`, nothing, {}),
  }
}
