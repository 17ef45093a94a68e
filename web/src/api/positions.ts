/**
 * Positions: what components say of a sealed draft, of a chapter or of a paragraph. One component has one on each; `said` is
 * what counts, `earlier` what it said before.
 */
import { ifMatch, path, query } from './address'
import { array, boolean, integer, nullable, object, oneOf, string } from './parse'
import type { Parsed } from './parse'
import { json, type Requester } from './request'

export const STANCES = ['supports', 'supports_with_comments', 'can_live_with', 'reservation', 'objects', 'abstains'] as const
const stance = oneOf(...STANCES)
export type Stance = Parsed<typeof stance>

/** Must it say why? An objection must also say which text would lift it. */
export const needsReason = (stance: Stance): boolean => stance === 'reservation' || stance === 'objects'

const author = object({ seat_id: string, person: string, initials: string, component: string, hue: integer })

const saidFields = {
  stance,
  words: string,
  /** The text that would lift it. */
  way_out: string,
  /** The sealed draft it was said of. */
  milestone: string,
  /** SHA-256 of the words it was said of. */
  fingerprint: string,
  at: string,
  /** It only confirms what was said of an earlier draft. */
  reconfirms: boolean,
  on_behalf: boolean,
  lifted_at: nullable(string),
  round: nullable(string),
  /** It came when its round had closed. */
  late: nullable(oneOf('waiting', 'admitted')),
  admitted_because: nullable(string),
  /** Who sent it: only its own component and the secretariat are told. */
  by: nullable(author),
  received: nullable(object({ name: string, size_bytes: integer, url: string })),
}
const said = object(saidFields)
export type Said = Parsed<typeof said>

const subject = object({
  on: oneOf('paper', 'chapter', 'paragraph'),
  chapter: nullable(string),
  number: nullable(string),
  text: nullable(string),
  paragraph: nullable(string),
  paragraph_number: nullable(integer),
  beginning: nullable(string),
})
export type Subject = Parsed<typeof subject>

export const position = object({
  id: string,
  component_id: string,
  component: string,
  hue: integer,
  subject,
  ...saidFields,
  /** To the draft that was asked about, or to the paper as it is now. */
  standing: oneOf('stands', 'to_reconfirm', 'lifted'),
  /** The numbers of the chapters whose words are others. */
  changed_chapters: array(string),
  /** What came late after that, and waits to be let in. */
  waiting: nullable(said),
  earlier: array(said),
  version: integer,
  may_change: boolean,
  may_admit: boolean,
})
export type Position = Parsed<typeof position>

const positions = object({ positions: array(position), may_take: boolean, may_enter_for_others: boolean, next: nullable(string) })
export type Positions = Parsed<typeof positions>

export interface NewPosition {
  milestone: string
  subject: { on: 'paper' } | { on: 'chapter'; chapter: string } | { on: 'paragraph'; text: string; paragraph: string }
  stance: Stance
  words: string
  way_out: string
  /** Another component than one's own, with the file it sent; its content in base64. */
  on_behalf_of?: string
  received?: { name: string; content: string }
}

export function positionRoutes({ pages, post, create }: Requester) {
  const of = (slug: string, id: string) => path`/papers/${slug}/positions/${id}`
  return {
    /** As they count for a sealed draft; without one, as they stand to the paper now. */
    async positions(slug: string, milestone?: string): Promise<Positions> {
      const read = await pages(path`/papers/${slug}/positions` + query(milestone === undefined ? {} : { milestone }), json(positions))
      return { ...read[0], positions: read.flatMap((page) => page.positions) }
    },
    takePosition: (slug: string, taken: NewPosition) => create(path`/papers/${slug}/positions`, json(position), taken),
    /** Says the same of a later draft. Refused as `position_refused` when the words are the same. */
    reconfirmPosition: (slug: string, id: string, milestone: string, version?: number) =>
      post(of(slug, id) + '/reconfirm', json(position), { milestone }, ifMatch(version)),
    /** Lets in what came late. */
    admitPosition: (slug: string, id: string, reason: string) => post(of(slug, id) + '/admit', json(position), { reason }),
    liftPosition: (slug: string, id: string, version?: number) =>
      post(of(slug, id) + '/lift', json(position), {}, ifMatch(version)),
  }
}
