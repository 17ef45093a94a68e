/** Drafts that are planned, and what became of them: shapes and routes. */
import { ifMatch, path } from './address'
import { array, boolean, integer, nullable, object, record, since, string } from './parse'
import type { Parsed } from './parse'
import { json, type Requester } from './request'

const inLanguages = record(string)

export const planned = object({
  /** Empty in an answer that was kept on this device by a version without ids. */
  id: since(string, ''),
  /** What it will be called, in one language at least. */
  name: inLanguages,
  /** The event it goes to; may be empty. */
  event: inLanguages,
  /** A calendar day, `2016-10-12`. */
  date: string,
  /** What it is for; may be empty. */
  purpose: since(inLanguages, {}),
  /** For `If-Match` when it is changed. */
  version: since(integer, 0),
  /** The sealed draft that fulfilled it. */
  sealed: since(nullable(string), null),
  /** Why it was given up. */
  cancelled: since(nullable(object({ at: string, person: string, component: string, reason: string })), null),
})
export type Planned = Parsed<typeof planned>
export type PlanWords = Pick<Planned, 'name' | 'event' | 'date' | 'purpose'>

const plans = object({ planned: array(planned), may_plan: boolean, next: nullable(string) })
export interface Plans {
  planned: Planned[]
  may_plan: boolean
}

export function plannedRoutes({ pages, post, put, create }: Requester) {
  return {
    /** By the day they are due: open, fulfilled and cancelled ones. */
    plans: async (slug: string): Promise<Plans> => {
      const all = await pages(path`/papers/${slug}/planned`, json(plans))
      return { planned: all.flatMap((page) => page.planned), may_plan: all[0].may_plan }
    },
    planDraft: (slug: string, words: PlanWords) => create(path`/papers/${slug}/planned`, json(planned), words),
    changePlan: (slug: string, id: string, words: PlanWords, version: number) =>
      put(path`/papers/${slug}/planned/${id}`, json(planned), words, ifMatch(version)),
    cancelPlan: (slug: string, id: string, reason: string, version: number) =>
      post(path`/papers/${slug}/planned/${id}/cancel`, json(planned), { reason }, ifMatch(version)),
  }
}
