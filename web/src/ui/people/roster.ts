/**
 * The people of the organisation by component, as its keepers look for them. Pure: from the three lists of the server to what is
 * shown.
 */
import type { Component, Invitation, KeptPerson, KeptSeat } from '../../api'

export const KINDS = ['section', 'committee', 'working_group', 'partner', 'city', 'secretariat'] as const
export type Kind = (typeof KINDS)[number]

/** `all`, or only the components with nobody to submit in their name, with an invitation that waits, or that are closed. */
export const SHOWN = ['all', 'unled', 'invited', 'closed'] as const
export type Shown = (typeof SHOWN)[number]

export interface Holder {
  person: KeptPerson
  seat: KeptSeat
}

export interface Body {
  component: Component
  /** Focal points first, then deputies; the ended last; by name within. */
  holders: Holder[]
  /** Open and expired ones: what may still be made anew or withdrawn. */
  invitations: Invitation[]
  /** Somebody submits in its name. */
  isLed: boolean
}

const FUNCTIONS = ['focal_point', 'deputy', 'contributor', 'observer']

/** Every component with its people, in order of kind and then of name as `language` sorts it. */
export function rosterOf(components: readonly Component[], people: readonly KeptPerson[], invitations: readonly Invitation[], language: string): Body[] {
  const place = ({ seat }: Holder) => (seat.ended ? FUNCTIONS.length : FUNCTIONS.indexOf(seat.function))
  const bodies = components.map((component) => {
    const holders = people
      .flatMap((person) => person.seats.filter((seat) => seat.component_id === component.id).map((seat) => ({ person, seat })))
      .sort((a, b) => place(a) - place(b) || a.person.name.localeCompare(b.person.name, language))
    return {
      component,
      holders,
      invitations: invitations.filter((each) => each.component_id === component.id && (each.state === 'open' || each.state === 'expired')),
      isLed: holders.some(({ seat }) => !seat.ended && seat.function === 'focal_point'),
    }
  })
  const name = ({ component }: Body) => component.name[language] ?? component.name.en ?? component.code
  return bodies.sort((a, b) => KINDS.indexOf(a.component.kind) - KINDS.indexOf(b.component.kind) || name(a).localeCompare(name(b), language))
}

/** How many sit there now. */
export function seatedIn({ holders }: Body): number {
  return holders.filter(({ seat }) => !seat.ended).length
}

/** Those that are asked for: `words` are found in names, codes, and the names and addresses of people, whatever their accents. */
export function found(bodies: readonly Body[], words: string, kind: Kind | null, shown: Shown): Body[] {
  const wanted = plain(words)
  return bodies.filter((body) =>
    (kind === null || body.component.kind === kind) && isShown(body, shown) && (wanted === '' || saysOf(body).some((said) => said.includes(wanted))))
}

function isShown(body: Body, shown: Shown): boolean {
  if (shown === 'unled') return !body.isLed && !body.component.closed
  if (shown === 'invited') return body.invitations.length > 0
  if (shown === 'closed') return body.component.closed
  return true
}

function saysOf({ component, holders, invitations }: Body): string[] {
  return [
    component.code, ...Object.values(component.name),
    ...holders.flatMap(({ person }) => [person.name, person.email]),
    ...invitations.flatMap(({ name, email }) => [name, email]),
  ].map(plain)
}

/** The people that are asked for, by name. */
export function foundPeople(people: readonly KeptPerson[], words: string, language: string): KeptPerson[] {
  const wanted = plain(words)
  return people
    .filter(({ name, email }) => plain(name).includes(wanted) || plain(email).includes(wanted))
    .sort((a, b) => a.name.localeCompare(b.name, language))
}

/** Is this the address of somebody who is here? Then they need no invitation. */
export function personAt(people: readonly KeptPerson[], email: string): KeptPerson | null {
  const wanted = email.trim().toLowerCase()
  return people.find((person) => person.email.toLowerCase() === wanted) ?? null
}

/** Small letters without accents: who looks for "ines" means Inés. */
function plain(words: string): string {
  return words.trim().toLowerCase().normalize('NFD').replace(/\p{M}/gu, '')
}
