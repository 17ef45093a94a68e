/** How a sealed draft stands to the public, and the acts that change it. */
import { ifMatch, path } from './address'
import { array, boolean, integer, nullable, object, oneOf, string } from './parse'
import type { Parsed } from './parse'
import { json, type Requester } from './request'

const publication = object({
  state: oneOf('private', 'public', 'withdrawn'),
  version: integer,
  /** Of the page that everybody may read, once it was published. */
  url: nullable(string),
  published_at: nullable(string),
  withdrawn_at: nullable(string),
  reason: nullable(string),
  may_publish: boolean,
  /** The languages in which the public page will offer no PDF; told to who may publish it now. */
  without_pdf: array(string),
})
export type Publication = Parsed<typeof publication>

export function publicationRoutes({ get, post }: Requester) {
  return {
    publication: (milestone: string) => get(path`/milestones/${milestone}/publication`, json(publication)),
    /** Everybody may read it from then on. Refused as `stale_version` when somebody else was first. */
    publishDraft: (milestone: string, version: number) =>
      post(path`/milestones/${milestone}/publish`, json(publication), {}, ifMatch(version)),
    /** Its page says when and why, and has its words no more. */
    withdrawDraft: (milestone: string, reason: string, version: number) =>
      post(path`/milestones/${milestone}/withdraw`, json(publication), { reason }, ifMatch(version)),
  }
}
