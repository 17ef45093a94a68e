import { describe, expect, test } from 'vitest'
import type { Bracket, Brackets, Paper } from '../../api'
import { beside, chosenAlternative, countBrackets, countdown, isLeftOver, opponentsOf, totalOf, wordsOf } from './beside'

const author = { seat_id: 's', person: 'Marta Roca', initials: 'MR', component: 'INCLUSION', hue: 3 }
const settledAt = (at: string, instead: string | null = null): Bracket['outcome'] => ({ end: instead === null ? 'kept' : 'replaced', by: author, at, words: '', instead, over: [] })
const bracket = (id: string, rest: Partial<Bracket> = {}): Bracket => ({
  id, text: 't', paragraph: 'p', anchor: { runs: [], heads: [], quote: 'shall' }, opened_by: author, opened_at: '2016-09-21T08:00:00Z',
  sides: [], options: [], outcome: null, standing: { words: 'shall', paragraph: 'p', nth: 1 },
  may: { speak: false, settle: false, proposes: false, write: false }, version: 1, ...rest,
})
const found = (...brackets: Bracket[]): Brackets => ({ brackets, remaining: {}, unrecorded: [] })

describe('the margin', () => {
  const open = bracket('open')
  const lost = bracket('lost', { standing: null })
  const settled = bracket('settled', { outcome: settledAt('2016-09-21T09:00:00Z'), standing: null })
  const elsewhere = bracket('elsewhere', { text: 'other' })

  test('an open bracket stands at its words, one without its mark among those that lost them', () => {
    const { placed, lost: without, settled: over } = beside(found(open, lost, settled, elsewhere), 't', new Map([['open', 40]]), 'open')
    expect(placed).toEqual([{ bracket: open, top: 40 }])
    expect([without, over]).toEqual([[lost], []])
  })

  test('settled ones come the latest first', () => {
    const later = bracket('later', { outcome: settledAt('2016-09-21T10:00:00Z'), standing: null })
    expect(beside(found(settled, later), 't', new Map(), 'resolved').settled).toEqual([later, settled])
    expect(countBrackets(found(open, settled, later, elsewhere), 't')).toEqual({ open: 1, resolved: 2 })
  })

  test('just opened, its mark not yet here: it is neither lost nor of nobody; just settled, its mark still here: it is no left-over', () => {
    expect(beside(found(open), 't', new Map(), 'open')).toEqual({ placed: [], lost: [], settled: [], strays: [] })
    expect(beside(found(), 't', new Map([['open', 40]]), 'open').strays).toEqual([])
    expect(beside(found(settled), 't', new Map([['settled', 40]]), 'open').placed).toEqual([])
  })

  test('a settled bracket whose mark came back stands at its words again, and a mark of nobody is told', () => {
    const back = bracket('back', { outcome: settledAt('2016-09-21T09:00:00Z') })
    expect(isLeftOver(back)).toBe(true)
    const all = { ...found(back), unrecorded: [{ text: 't', id: 'x' }, { text: 'other', id: 'y' }] }
    const { placed, strays } = beside(all, 't', new Map([['back', 10], ['x', 20], ['y', 30]]), 'open')
    expect(placed.map(({ bracket }) => bracket.id)).toEqual(['back'])
    expect(strays).toEqual([{ id: 'x', top: 20 }])
  })
})

test('each chapter counts to zero: by the marks in the text, and the brackets settled in any language', () => {
  const chapter = (id: string, ...texts: string[]) => ({ id, texts: Object.fromEntries(texts.map((text) => [text, { id: text }])) }) as unknown as Paper['chapters'][number]
  const chapters = [chapter('a', 't', 'other'), chapter('b'), chapter('c')]
  const all = { ...found(bracket('1', { outcome: settledAt('x') }), bracket('2', { text: 'other', outcome: settledAt('x') })), remaining: { a: 0, b: 3, c: 0 } }
  expect(countdown(all, chapters).map(({ chapter, remaining, settled }) => [chapter.id, remaining, settled])).toEqual([['a', 0, 2], ['b', 3, 0]])
  expect(totalOf(all)).toEqual({ count: 3, chapters: 1 })
})

test('the wording that was taken is named as people count: the words in the text are the first', () => {
  const options = ['', 'should'].map((words) => ({ component: 'MEWA', hue: 2, words }))
  expect(chosenAlternative(bracket('b', { options, outcome: settledAt('x', 'should') }))).toBe(3)
  expect(chosenAlternative(bracket('b', { options, outcome: settledAt('x', 'may') }))).toBe(null)
  expect(wordsOf(bracket('b', { standing: null }))).toBe('shall')
  const side = { component: 'MEWA', hue: 2, words: '', at: 'x' }
  expect(opponentsOf(bracket('b', { sides: [{ ...side, side: 'opposes' }, { ...side, component: 'AFR', side: 'delete' }] }))).toEqual(['MEWA'])
})
