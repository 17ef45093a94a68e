import { describe, expect, it } from 'vitest'
import type { Line, MatrixIndex } from '../api'
import { EVERYTHING, filterOf, itemsOf, NOBODY, rowAfter, rowBeside, searchOf, STILL_OPEN, topsOf, windowOf, type Item } from './matrix'

const line = (id: string, fields: Partial<Line> = {}): Line => ({
  id, version: 1, component: 0, chapter: 0, number: 1, kind: 1, state: 0, assigned: 0, verdict: 0, ...fields,
})

const index = (rows: Line[]): MatrixIndex => ({
  components: [{ code: 'AFR', hue: 1 }, { code: 'MEWA', hue: 2 }],
  chapters: [{ id: 'a', number: '1', titles: {} }, { id: 'b', number: '2', titles: {} }],
  kinds: ['general', 'substantive', 'editorial', 'translation', 'evidence', 'amendment'],
  states: ['unanswered', 'accepted', 'modified', 'partly', 'noted', 'not_accepted', 'deferred', 'withdrawn', 'overtaken'],
  assigned: [], answerers: 0, deciders: [], may_answer: true, may_bring: true, may_enter: true, rows,
})

const shape = (items: Item[]) => items.map((item) => ('line' in item ? item.line.id : `${item.group}×${item.count}`)).join(' ')

describe('rows in groups', () => {
  const rows = [line('one', { component: 1 }), line('two', { state: 6 }), line('three', { chapter: 1, component: 1, state: 1 })]

  it('REV49 keeps the order of the text inside each group', () => {
    expect(shape(itemsOf(index(rows), EVERYTHING, 'chapter'))).toBe('0×2 one two 1×1 three')
    expect(shape(itemsOf(index(rows), EVERYTHING, 'component'))).toBe('0×1 two 1×2 one three')
    expect(shape(itemsOf(index(rows), EVERYTHING, 'none'))).toBe('one two three')
  })

  it('REV50 wants the same when the lists have changed, and nothing by what is gone from them', () => {
    const nadia = { seat_id: 'n', person: 'Nadia Bel', initials: 'NB', component: 'AFR', hue: 1 }
    const hers = [line('one', { component: 1, assigned: 1 }), line('two')]
    const wanted = { ...EVERYTHING, component: 'MEWA', assigned: 'n' }
    expect(shape(itemsOf({ ...index(hers), assigned: [nadia] }, wanted, 'none'))).toBe('one')
    expect(shape(itemsOf({ ...index(hers), assigned: [{ ...nadia, seat_id: 'm' }] }, wanted, 'none'))).toBe('')
    const added = { ...index([line('one', { component: 2, assigned: 2 }), line('two')]), assigned: [{ ...nadia, seat_id: 'm' }, nadia] }
    added.components = [{ code: 'AFR', hue: 1 }, { code: 'EUR', hue: 3 }, { code: 'MEWA', hue: 2 }]
    expect(shape(itemsOf(added, wanted, 'none'))).toBe('one')
    expect(shape(itemsOf(added, { ...EVERYTHING, assigned: NOBODY }, 'none'))).toBe('two')
  })

  it('REV50 wants what fits all the filter says, and what is put off is still open', () => {
    expect(shape(itemsOf(index(rows), { ...EVERYTHING, component: 'MEWA', state: 'accepted' }, 'none'))).toBe('three')
    expect(shape(itemsOf(index(rows), { ...EVERYTHING, state: STILL_OPEN }, 'none'))).toBe('one two')
    expect(itemsOf(index(rows), { ...EVERYTHING, kind: 'evidence' }, 'chapter')).toEqual([])
  })
})

describe('a filter in the address', () => {
  it('is read as it was written', () => {
    const filter = { ...EVERYTHING, component: 'A&B', chapter: '4.1', state: STILL_OPEN }
    expect(searchOf(filter)).toBe('?component=A%26B&chapter=4.1&state=open')
    expect(filterOf(searchOf(filter))).toEqual(filter)
  })

  it('says nothing for everything, and passes over what it does not know', () => {
    expect(searchOf(EVERYTHING)).toBe('')
    expect(filterOf('')).toEqual(EVERYTHING)
    expect(filterOf('?kind=&colour=red')).toEqual(EVERYTHING)
  })
})

describe('a row that leaves', () => {
  const items = itemsOf(index([line('one'), line('two'), line('three', { chapter: 1 })]), EVERYTHING, 'chapter')
  const without = (...gone: string[]) => (id: string) => !gone.includes(id)

  it('leads on to the next one that stays, over the heads of groups', () => {
    expect(rowAfter(items, 2, without('two'))).toBe('three')
    expect(rowAfter(items, 1, without('one', 'two'))).toBe('three')
    expect(rowAfter(items, 1, without())).toBe('one')
  })

  it('leads back when nothing comes after it, and nowhere when nothing is left', () => {
    expect(rowAfter(items, 4, without('three'))).toBe('two')
    expect(rowAfter(items, 4, without('two', 'three'))).toBe('one')
    expect(rowAfter(items, 1, () => false)).toBeNull()
  })
})

describe('the window', () => {
  const items = itemsOf(index(Array.from({ length: 30_000 }, (_, n) => line(String(n), { chapter: n < 10 ? 0 : 1 }))), EVERYTHING, 'chapter')
  const tops = topsOf(items, { row: 80, group: 40 })

  it('holds what is seen and little more, wherever one is', () => {
    expect(tops.at(-1)).toBe(30_000 * 80 + 2 * 40)
    expect(windowOf(tops, 0, 800)).toEqual({ from: 0, to: 17 })
    expect(windowOf(tops, 1_200_000, 800, 0)).toEqual({ from: 15_001, to: 15_012 })
    expect(windowOf(tops, 9e9, 800)).toEqual({ from: 29_996, to: 30_002 })
    expect(windowOf(topsOf([], { row: 80, group: 40 }), 0, 800)).toEqual({ from: 0, to: 0 })
  })

  it('steps from row to row, over the heads of groups, and stays at the ends', () => {
    expect(rowBeside(items, 1, 1)).toBe(2)
    expect(rowBeside(items, 10, 1)).toBe(12)
    expect(rowBeside(items, 12, -1)).toBe(10)
    expect(rowBeside(items, 1, -1)).toBe(1)
    expect(rowBeside(items, 1, 1e9)).toBe(30_001)
    expect(rowBeside(items, 0, 1)).toBe(1)
  })
})
