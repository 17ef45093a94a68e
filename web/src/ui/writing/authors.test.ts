import { expect, test } from 'vitest'
import type { Attribution, Component } from '../../api'
import type { Directory } from '../shell/directory'
import { listedAuthors } from './authors'

const component = (code: string, hue: number) => ({ id: code, code, name: { en: code }, kind: 'section', hue, closed: false, version: 0 }) as Component
const directory: Directory = new Map([
  ['adaeze', { personId: 'p1', name: 'Adaeze Obi', initials: 'AO', component: component('AFR', 3), function: 'contributor' }],
  ['marta', { personId: 'p2', name: 'Marta Roca', initials: 'MR', component: component('CSI', 2), function: 'contributor' }],
])
const told: Attribution = {
  heads: [],
  actors: {
    a1: { seat_id: 'adaeze', person: 'Adaeze Obi', component: 'AFR' },
    a2: { seat_id: 'adaeze', person: 'Adaeze Obi', component: 'AFR' },
    m1: { seat_id: 'marta', person: 'Marta Roca', component: 'CSI' },
  },
  runs: [
    { start: 0, end: 5, actor: 'a1', at: '2016-09-19T08:00:00Z' },
    { start: 5, end: 9, actor: 'm1', at: '2016-09-20T08:00:00Z' },
    { start: 9, end: 12, actor: 'a2', at: '2016-09-21T08:00:00Z' },
  ],
}

test('Adaeze wrote in two sessions and is one author, with the later time; who wrote most stands first', () => {
  const list = listedAuthors([{ actor: 'm1', text: 'Las' }, { actor: 'a1', text: ' ciudades' }, { actor: 'a2', text: ' acogen' }], told, directory, 'en')
  expect(list.map((each) => `${each.name}, ${each.component}, ${each.at}`)).toEqual([
    'Adaeze Obi, AFR, 2016-09-21T08:00:00Z',
    'Marta Roca, CSI, 2016-09-20T08:00:00Z',
  ])
})

test('words the server has not received yet are shown without a name or time', () => {
  expect(listedAuthors([{ actor: 'zz', text: 'new' }], told, directory, 'en')).toMatchObject([{ name: '', at: null, excerpt: 'new' }])
})

test('somebody who left the directory keeps the name the server knows', () => {
  expect(listedAuthors([{ actor: 'm1', text: 'Las' }], told, new Map(), 'en')).toMatchObject([{ name: 'Marta Roca', component: 'CSI' }])
})

test('a long passage is cut, never inside a character', () => {
  const [author] = listedAuthors([{ actor: 'm1', text: 'a'.repeat(89) + '😀' + 'b'.repeat(9) }], told, directory, 'en')
  expect(author?.excerpt.isWellFormed()).toBe(true)
  expect(author?.excerpt.endsWith('…')).toBe(true)
})
