import { describe, expect, test } from 'vitest'
import type { Amendment, RedBlock } from '../../api'
import { beside } from './beside'
import { countsOf, EVERYTHING, filtered, grouped, letterOf, tally } from './groups'
import { inShort, plainWords, sideOf, type RedRun } from './redblocks'
import { needsCopy, needsWords, outcomesFor } from './states'

const amendment = (id: string, fields: Partial<Amendment> = {}): Amendment => ({
  id, version: 1, number: Number(id), paper: 'p', text: 't', chapter: '2', language: 'es', component: 'AFR', hue: 1, state: 'submitted',
  title: '', reason: 'porque sí', paragraphs: ['a'], redline: [], revision: 1, revisions: [], opened_at: '', submitted_at: '', round: null, late: null,
  cites: null, sponsors: [], voices: [], options: [], touch: null, decision: null, decisions: [], withdrawn: null, history: [],
  may: { edit: false, submit: false, withdraw: false, discard: false, sponsor: false, voice: false, decide: false, admit: false, not_decide: null },
  draft: null, copy: null, ...fields,
})

const run = (change: RedRun['change'], text: string): RedRun => ({ change, text })
const block = (runs: RedRun[], fields: Partial<RedBlock> = {}): RedBlock => ({ id: 'a', type: 'paragraph', change: 'kept', number: 31, runs, ...fields })
/** `[-gone-]` and `{+new+}` among the words that stay. */
const told = (runs: readonly RedRun[]) => runs.map(({ change, text }) => (change === 'kept' ? text : change === 'inserted' ? `{+${text}+}` : `[-${text}-]`)).join('')

describe('the list', () => {
  const all = [
    amendment('1', { options: ['4'] }), amendment('2', { state: 'accepted', chapter: '3' }), amendment('3', { state: 'draft', number: null }),
    amendment('4', { component: 'LYON', options: ['1', '5'] }), amendment('5', { sponsors: [{ component: 'AFR', at: '' }], component: 'EUR', options: ['4'] }),
  ]
  const ids = (some: readonly Amendment[]) => some.map(({ id }) => id).join(' ')

  test('drafts are never among what was submitted', () => {
    expect(ids(filtered(all, EVERYTHING))).toBe('1 2 4 5')
    expect(countsOf(all)).toEqual({ all: 4, waiting: 3, answered: 1, competing: 3 })
  })

  test('by state, by chapter, by component: a sponsor finds what it sponsors', () => {
    expect(ids(filtered(all, { ...EVERYTHING, state: 'answered' }))).toBe('2')
    expect(ids(filtered(all, { ...EVERYTHING, chapter: '3' }))).toBe('2')
    expect(ids(filtered(all, { ...EVERYTHING, component: 'AFR' }))).toBe('1 2 5')
    expect(ids(filtered(all, { ...EVERYTHING, state: 'waiting', chapter: '3' }))).toBe('')
  })

  test('those that compete stand together with letters, also when only the second knows the third', () => {
    const groups = grouped(filtered(all, EVERYTHING)).map(({ members }) => members.map((each) => `${each.letter ?? ''}${each.amendment.id}`).join(' '))
    expect(groups).toEqual(['A1 B4 C5', '2'])
  })

  test('letters go on after Z', () => {
    expect([0, 25, 26, 27, 52].map(letterOf)).toEqual(['A', 'Z', 'AA', 'AB', 'BA'])
  })

  test('a sponsor speaks for it, once, whatever it says besides', () => {
    const voices = [{ component: 'LYON', stance: 'support' as const, words: '', at: '' }, { component: 'EUR', stance: 'objection' as const, words: 'no', at: '' }]
    expect(tally({ sponsors: [{ component: 'LYON', at: '' }, { component: 'TUNIS', at: '' }], voices })).toEqual({ support: 2, objection: 1 })
  })
})

describe('beside the text', () => {
  const all = [amendment('1', { paragraphs: ['gone', 'b'] }), amendment('2', { paragraphs: ['a'] }), amendment('3', { paragraphs: ['gone'] }), amendment('4', { state: 'accepted' })]
  const tops = new Map([['a', 10], ['b', 200]])

  test('each at its first paragraph that is left, in the order of the text; the others apart', () => {
    const { placed, homeless } = beside(all, tops, 'open')
    expect(placed.map((each) => `${each.amendment.id} ${each.top}`)).toEqual(['2 10', '1 200'])
    expect(homeless.map(({ id }) => id)).toEqual(['3'])
    expect(beside(all, tops, 'resolved').placed.map((each) => each.amendment.id)).toEqual(['4'])
  })

  test('nothing, until the editor has told where paragraphs stand', () => {
    expect(beside(all, new Map(), 'open')).toEqual({ placed: [], homeless: [] })
  })
})

describe('a redline in short', () => {
  const long = 'Pedimos a los Estados que reconozcan por ley el papel de los gobiernos locales en la acogida y que '

  test('shows the change with a few words around it', () => {
    const runs = inShort([block([run('kept', long), run('deleted', 'lo tengan en cuenta'), run('inserted', 'les transfieran fondos'), run('kept', `, ${long}`)])])
    expect(told(runs)).toBe('…en la acogida y que [-lo tengan en cuenta-]{+les transfieran fondos+}, Pedimos a los Estados que…')
  })

  test('shortens what stands between two changes, and stops at the limit', () => {
    const runs = inShort([block([run('inserted', 'Uno. '), run('kept', long), run('inserted', 'Dos.')]), block([run('inserted', 'tres '.repeat(40))], { change: 'inserted' })], 120)
    expect(told(runs)).toMatch(/^\{\+Uno\. \+\}Pedimos a los Estados que … en la acogida y que \{\+Dos\.\+\} … \{\+(tres )*tres…\+\}$/)
    expect(plainWords(runs).length).toBeLessThan(150)
  })

  test('never cuts an emoji in two', () => {
    for (let limit = 1; limit < 12; limit++) expect(plainWords(inShort([block([run('inserted', '👨‍👩‍👧👨‍👩‍👧')])], limit)).isWellFormed()).toBe(true)
  })

  test('has two sides; a new paragraph has no before, a deleted one no after', () => {
    const changed = block([run('kept', 'La '), run('deleted', 'casa'), run('inserted', 'vivienda')])
    expect(plainWords(sideOf(changed, 'before')!)).toBe('La casa')
    expect(plainWords(sideOf(changed, 'after')!)).toBe('La vivienda')
    expect(sideOf(block([], { change: 'inserted' }), 'before')).toBeNull()
    expect(sideOf(block([], { change: 'deleted' }), 'after')).toBeNull()
  })
})

test('what may be answered follows from what became of the text', () => {
  const touch = (state: 'untouched' | 'touched_since' | 'overtaken') =>
    ({ state, gone_characters: 0, homeless_insertions: 0, foreign_characters: 0, gone_paragraphs: [], changed_paragraphs: [] })
  expect(outcomesFor(touch('untouched'))[0]).toBe('accepted')
  expect(outcomesFor(touch('touched_since'))).not.toContain('accepted')
  expect(outcomesFor(touch('overtaken'))).toContain('overtaken')
  expect((['accepted', 'modified', 'not_accepted'] as const).map((each) => [needsWords(each), needsCopy(each)])).toEqual([[false, false], [true, true], [true, false]])
})
