import { expect, test } from 'vitest'
import type { Component, Invitation, KeptPerson } from '../../api'
import { found, foundPeople, personAt, rosterOf, seatedIn } from './roster'

const component = (id: string, kind: Component['kind'], name: string, closed = false): Component =>
  ({ id, code: id, kind, hue: 1, name: { es: name }, closed, version: 1 })
const person = (name: string, ...seats: [string, KeptPerson['seats'][number]['function'], boolean?][]): KeptPerson => ({
  id: name, name, initials: name.slice(0, 1), email: `${name.split(' ')[0].toLowerCase()}@example.org`, language: 'es', version: 0,
  seats: seats.map(([component_id, seatFunction, ended = false], i) => ({ id: `${name}${i}`, component_id, function: seatFunction, role: null, ended, version: 0 })),
})
const invitation = (component_id: string, state: Invitation['state']): Invitation => ({
  id: `${component_id} ${state}`, name: 'Amina Keita', email: 'amina@example.org', language: 'en', component_id, function: 'contributor', role: null,
  by: { person: 'Inés Duarte' }, made_at: '', expires_at: '', state, letter: null,
})

const components = [component('LYON', 'city', 'Lyon'), component('MEWA', 'section', 'Oriente Medio'), component('AFR', 'section', 'África', true)]
const people = [
  person('Inés Duarte', ['LYON', 'contributor']), person('Zoé Ba', ['AFR', 'focal_point', true]),
  person('Olga Ruiz', ['AFR', 'observer']), person('Adaeze Obi', ['AFR', 'deputy'], ['MEWA', 'focal_point']),
]
const roster = rosterOf(components, people, [invitation('AFR', 'open'), invitation('AFR', 'used'), invitation('LYON', 'expired')], 'es')
const codes = (bodies: typeof roster) => bodies.map(({ component: { code } }) => code)

test('sections come before cities, África before Oriente; in each the focal point first and who has left last', () => {
  expect(codes(roster)).toEqual(['AFR', 'MEWA', 'LYON'])
  expect(roster[0].holders.map((holder) => holder.person.name)).toEqual(['Adaeze Obi', 'Olga Ruiz', 'Zoé Ba'])
  expect(roster.map(seatedIn)).toEqual([2, 1, 1])
  expect(roster.map(({ isLed }) => isLed)).toEqual([false, true, false])
  expect(roster.map(({ invitations }) => invitations.length)).toEqual([1, 0, 1])
})

test('Inés finds by code, name, person and address, without accents', () => {
  for (const words of ['ines', 'INES@example.org', 'lyon', ' Lyon ']) expect(codes(found(roster, words, null, 'all')), words).toEqual(['LYON'])
  expect(codes(found(roster, 'africa', null, 'all'))).toEqual(['AFR'])
  expect(codes(found(roster, 'amina', null, 'all'))).toEqual(['AFR', 'LYON'])
  expect(codes(found(roster, '', 'city', 'all'))).toEqual(['LYON'])
  expect(found(roster, 'nobody', null, 'all')).toEqual([])
})

test('a closed component needs no focal point', () => {
  expect(codes(found(roster, '', null, 'unled'))).toEqual(['LYON'])
  expect(codes(found(roster, '', null, 'invited'))).toEqual(['AFR', 'LYON'])
  expect(codes(found(roster, '', null, 'closed'))).toEqual(['AFR'])
})

test('who is here already is known by their address', () => {
  expect(personAt(people, ' OLGA@example.org')?.name).toBe('Olga Ruiz')
  expect(personAt(people, 'olga@')).toBeNull()
  expect(foundPeople(people, 'o', 'es').map(({ name }) => name)).toEqual(['Adaeze Obi', 'Inés Duarte', 'Olga Ruiz', 'Zoé Ba'])
})
