import { expect, test } from 'vitest'
import type { Component } from '../../api'
import type { Directory } from '../shell/directory'
import { carets, companions } from './company'

const component = (code: string, hue: number) => ({ id: code, code, name: { es: `${code} (es)`, en: code }, kind: 'section', hue, closed: false, version: 0 }) as Component
const directory: Directory = new Map([
  ['ines', { personId: 'p1', name: 'Inés Duarte', initials: 'ID', component: component('SEC', 1), function: 'contributor' }],
  ['samir', { personId: 'p2', name: 'Samir Haddad', initials: 'SH', component: component('MEWA', 5), function: 'contributor' }],
  ['adaeze', { personId: 'p3', name: 'Adaeze Obi', initials: 'AO', component: component('AFR', 3), function: 'contributor' }],
])
const window = (connection: string, seat: string, caret: string | null = '3@aa') => ({ connection, seat, caret, anchor: caret, movedAt: 0 })

test('the others stand by name, each once however many windows they have', () => {
  const present = [window('1', 'samir'), window('2', 'adaeze'), window('3', 'samir')]
  expect(companions(present, 'ines', directory, 'es').map((each) => `${each.initials} ${each.component}`)).toEqual([
    'AO AFR (es)',
    'SH MEWA (es)',
  ])
})

test('a second window of one’s own is not another person', () => {
  expect(companions([window('9', 'ines')], 'ines', directory, 'es')).toEqual([])
})

test('every window leaves its caret; one that is not in the text, and one of somebody unknown, leave none', () => {
  const present = [window('1', 'samir'), window('2', 'samir'), window('3', 'adaeze', null), window('4', 'nobody')]
  expect(carets(present, directory, 'en').map((each) => `${each.connection} ${each.name} ${each.component} ${each.hue}`)).toEqual([
    '1 Samir Haddad MEWA 5',
    '2 Samir Haddad MEWA 5',
  ])
})
