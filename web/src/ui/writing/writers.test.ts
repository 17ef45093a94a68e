import { expect, test } from 'vitest'
import type { Pen } from '../../api'
import type { Directory } from '../shell/directory'
import { heldIn, othersThan } from './writers'

const pen = (seat_id: string, chapter: string | null): Pen =>
  ({ seat_id, person: seat_id, initials: 'x', component: 'AFR', hue: 1, role: 'pen', chapter, version: 0 })
const directory = new Map([['z', 'Zoe'], ['á', 'Álvaro'], ['b', 'Bea']].map(([seat, name]) =>
  [seat, { personId: seat, name, initials: 'x', function: 'contributor', component: { id: 'c', code: 'AFR', name: { es: 'África' }, kind: 'section', hue: 1, closed: false, version: 0 } }])) as Directory

test('a chapter is written by its own pens and by those of the whole paper', () => {
  const pens = [pen('b', null), pen('á', 'first'), pen('z', 'second')]
  expect(heldIn('first', pens).map(({ seat_id }) => seat_id)).toEqual(['b', 'á'])
})

test('the pen is offered to everybody who does not hold it, in order of name', () => {
  expect(othersThan([pen('b', null)], directory, 'es').map(({ name }) => name)).toEqual(['Álvaro', 'Zoe'])
})
