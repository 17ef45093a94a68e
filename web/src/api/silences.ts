/** Silence: sealed drafts that are adopted at an instant unless a focal point of a listed component objects before it. */
import { ifMatch, path } from './address'
import { array, boolean, integer, nullable, object, oneOf, record, string } from './parse'
import type { Parsed } from './parse'
import { json, nothing, type Requester } from './request'

const author = object({ seat_id: string, person: string, initials: string, component: string, hue: integer })

export const silence = object({
  id: string,
  milestone: string,
  /** SHA-256 of the draft: these words and no others are adopted. */
  fingerprint: string,
  question: string,
  /** `stopped`: the instant came while somebody had not been told. */
  phase: oneOf('running', 'stopped', 'broken', 'adopted', 'cancelled'),
  opened_by: author,
  opened_at: string,
  ends_at: string,
  /** The organisation's time zone: the instant is on no weekend there. */
  zone: string,
  instants: array(object({ at: string, set_at: string, set_by: author, reason: string, stopped: boolean })),
  components: array(object({
    id: string,
    component: string,
    hue: integer,
    told: nullable(object({ at: string, way: oneOf('seen', 'mail', 'otherwise'), words: nullable(string) })),
  })),
  objections: array(object({ component: string, component_id: string, hue: integer, at: string, words: string, late: boolean })),
  cancelled_because: nullable(string),
  audit_head: nullable(string),
  /** By language, once the adoption is written down. */
  certificate: record(object({ pdf: string, md: string })),
  may_object: boolean,
  may_run: boolean,
  version: integer,
})
export type Silence = Parsed<typeof silence>

const silences = object({ silences: array(silence), may_open: boolean, least_hours: integer, zone: string, next: nullable(string) })
export type Silences = Parsed<typeof silences>

const notice = object({ id: string, about: string, about_id: string, seen_at: nullable(string) })

export interface NewSilence {
  milestone: string
  question: string
  components: string[]
  /** RFC 3339. */
  ends: string
}

export function silenceRoutes({ get, all, pages, post, create }: Requester) {
  const of = (slug: string, id: string) => path`/papers/${slug}/silences/${id}`
  return {
    async silences(slug: string): Promise<Silences> {
      const read = await pages(path`/papers/${slug}/silences`, json(silences))
      return { ...read[0], silences: read.flatMap((page) => page.silences) }
    },
    openSilence: (slug: string, opened: NewSilence) => create(path`/papers/${slug}/silences`, json(silence), opened),
    silence: (slug: string, id: string) => get(of(slug, id), json(silence)),
    /** Breaks it before the instant; later it is kept as a reservation. */
    objectToSilence: (slug: string, id: string, words: string) => post(of(slug, id) + '/object', json(silence), { words }),
    extendSilence: (slug: string, id: string, ends: string, reason: string, version?: number) =>
      post(of(slug, id) + '/extend', json(silence), { ends, reason }, ifMatch(version)),
    cancelSilence: (slug: string, id: string, reason: string, version?: number) =>
      post(of(slug, id) + '/cancel', json(silence), { reason }, ifMatch(version)),
    /** Puts on record that a component was told by other ways. */
    toldOfSilence: (slug: string, id: string, component: string, words: string) =>
      post(of(slug, id) + '/deliveries', json(silence), { component, words }),
    /** The person has the procedure before their eyes: the notices of it count as seen, which is the proof that their component was told. */
    async silenceIsSeen(id: string): Promise<void> {
      const found = await all('/api/v1/notices', 'notices', notice)
      const unseen = found.filter((notice) => notice.about === 'silence' && notice.about_id === id && notice.seen_at === null)
      if (unseen.length > 0) await post('/api/v1/notices/seen', nothing, { notices: unseen.map((notice) => notice.id) })
    },
  }
}
