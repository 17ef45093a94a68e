/** Who keeps the people: components, seats, invitations. The lists that everybody reads are in `client.ts`. */
import { ifMatch, path } from './address'
import * as model from './model'
import { array, boolean, integer, nullable, object, oneOf, since, string } from './parse'
import type { Parsed } from './parse'
import { json, nothing, type Requester } from './request'

const role = nullable(oneOf('admin', 'secretariat'))
/** What a seat is in the whole service, beyond papers; `null` for nearly all. */
export type ServiceRole = Parsed<typeof role>
export type SeatFunction = Parsed<typeof model.seatFunction>

const keptSeat = object({
  id: string,
  component_id: string,
  function: model.seatFunction,
  role,
  ended: boolean,
  version: integer,
})
export type KeptSeat = Parsed<typeof keptSeat>

/** Somebody, as who keeps the people sees them: with address and ended seats, the first hat first. */
const keptPerson = object({
  id: string,
  name: string,
  initials: string,
  email: string,
  language: string,
  version: integer,
  seats: array(keptSeat),
})
export type KeptPerson = Parsed<typeof keptPerson>

const invitation = object({
  id: string,
  name: string,
  email: string,
  language: string,
  component_id: string,
  function: model.seatFunction,
  role,
  by: object({ person: string }),
  made_at: string,
  expires_at: string,
  state: oneOf('open', 'expired', 'used', 'withdrawn'),
  /** Its newest letter by mail; `null` where nobody is written to. */
  letter: nullable(object({ state: oneOf('waiting', 'accepted', 'refused', 'gave_up', 'moot'), at: nullable(string), words: nullable(string) })),
})
export type Invitation = Parsed<typeof invitation>

/** The only answer that has the link. */
const invitationMade = object({ invitation, url: string })

export type LinkMade = Parsed<typeof model.signInLink>
export type ComponentWords = Pick<model.Component, 'code' | 'kind' | 'hue' | 'name'>
export type PersonWords = Pick<KeptPerson, 'name' | 'email' | 'language'>
export interface SeatWords {
  function: SeatFunction
  role: ServiceRole
  first: boolean
}
export interface InvitationWords extends PersonWords {
  component: string
  function: SeatFunction
  role: ServiceRole
}

export function peopleRoutes({ get, all, post, put, create }: Requester) {
  return {
    addComponent: (said: ComponentWords) => create('/api/v1/components', json(model.component), said),
    changeComponent: (id: string, version: number, said: ComponentWords) =>
      put(path`/components/${id}`, json(model.component), said, ifMatch(version)),
    /** Nobody is invited to it any more, and no new round asks it. */
    closeComponent: (id: string, version: number) => post(path`/components/${id}/close`, json(model.component), {}, ifMatch(version)),
    openComponent: (id: string, version: number) => post(path`/components/${id}/open`, json(model.component), {}, ifMatch(version)),

    /** Refused as `not_allowed` to who does not keep the people. */
    invitations: () => all('/api/v1/invitations', 'invitations', invitation),
    /** Everybody, with addresses: only for who keeps the people. */
    keptPeople: () => all('/api/v1/people?limit=1000', 'people', keptPerson),
    invite: (said: InvitationWords) => create('/api/v1/invitations', json(invitationMade), said),
    renewInvitation: (id: string) => post(path`/invitations/${id}/renew`, json(invitationMade), {}),
    withdrawInvitation: (id: string) => post(path`/invitations/${id}/withdraw`, json(invitation), {}),

    /** Does the service write letters? */
    hasMail: async () => (await get('/health', json(object({ mail: since(boolean, false) })))).mail,
    /** Answered alike whoever is here. */
    askForLetter: (email: string) => post('/api/v1/sign-in-letters', nothing, { email }),

    giveSeat: (said: { person: string; component: string; function: SeatFunction; role: ServiceRole }) =>
      create('/api/v1/seats', json(keptSeat), said),
    changeSeat: (id: string, version: number, said: SeatWords) => put(path`/seats/${id}`, json(keptSeat), said, ifMatch(version)),
    endSeat: (id: string, version: number) => post(path`/seats/${id}/end`, json(keptSeat), {}, ifMatch(version)),
    restoreSeat: (id: string, version: number) => post(path`/seats/${id}/restore`, json(keptSeat), {}, ifMatch(version)),
    changePerson: (id: string, version: number, said: PersonWords) => put(path`/people/${id}`, json(keptPerson), said, ifMatch(version)),
    /** Whoever has it is that person: it is on record who made it. */
    signInLinkFor: (id: string) => create(path`/people/${id}/sign-in-links`, json(model.signInLink), {}),
  }
}
