import { describe, expect, test } from 'vitest'
import { rightsIn } from '../api/testing'
import type { Chapter, Thread } from '../api'
import { seededRandom } from '../sync/testing/random'
import { countThreads, firstNumbers, groupThreads, layoutCards, withThread } from './index'
import type { CardPlace } from './index'

describe('cards in the margin', () => {
  const places = [{ id: 'a', top: 10 }, { id: 'b', top: 20 }, { id: 'c', top: 300 }]
  const heights = { a: 50, b: 50, c: 50 }

  test('stand at their words, and give way downwards', () => {
    expect([...layoutCards(places, heights, { gap: 10 })]).toEqual([['a', 10], ['b', 70], ['c', 300]])
  })

  test('the open one keeps its place and those above move up', () => {
    const low = [{ id: 'a', top: 100 }, { id: 'b', top: 110 }, { id: 'c', top: 115 }]
    expect([...layoutCards(low, heights, { active: 'b', gap: 10 })]).toEqual([['a', 50], ['b', 110], ['c', 170]])
  })

  test('pressed against the floor, the open one is as low as the others need', () => {
    expect([...layoutCards(places, heights, { active: 'b', floor: 5, gap: 10 })]).toEqual([['a', 5], ['b', 65], ['c', 300]])
  })

  test('a card that has not been measured takes no height', () => {
    expect([...layoutCards(places, {}, { gap: 8 })]).toEqual([['a', 10], ['b', 20], ['c', 300]])
  })

  test('none at all is an empty margin', () => {
    expect(layoutCards([], {})).toEqual(new Map())
  })

  test('never overlap, never begin above the floor, keep their order, whatever is open', () => {
    const seed = Number(process.env.LAYOUT_SEED ?? Date.now() % 1_000_000)
    const random = seededRandom(seed)
    const upTo = (n: number) => Math.floor(random() * n)
    for (let run = 0; run < 2_000; run++) {
      const cards: CardPlace[] = Array.from({ length: 1 + upTo(12) }, (_, i) => ({ id: `${i}`, top: upTo(600) }))
      cards.sort((a, b) => a.top - b.top)
      const tall = Object.fromEntries(cards.map(({ id }) => [id, upTo(120)]))
      const active = random() < 0.8 ? cards[upTo(cards.length)]!.id : null
      const floor = upTo(100)
      const tops = [...layoutCards(cards, tall, { active, floor, gap: 6 })]
      const said = `LAYOUT_SEED=${seed}, run ${run}`
      expect(tops[0]![1], said).toBeGreaterThanOrEqual(floor)
      tops.slice(1).forEach(([id, top], i) => expect(top - tops[i]![1], `${said}, card ${id}`).toBeGreaterThanOrEqual(tall[tops[i]![0]]! + 6))
    }
  })
})

const thread = (id: string, state: Thread['state'], hour = 10, version = 1): Thread => ({
  id, state, version, text: 'x', paragraph: 'p', audience: 'all', created_at: `2016-09-20T${hour}:00:00Z`,
  anchor: { runs: [], heads: [], quote: 'vivienda' }, comments: [],
})

describe('threads', () => {
  const threads = [thread('late', 'open', 14), thread('first', 'open'), thread('gone', 'open'), thread('done', 'resolved'), thread('unplaced', 'open')]
  const places = new Map([
    ['late', { top: 200, detached: false, paragraph: 'p2' }], ['first', { top: 40, detached: false, paragraph: 'p1' }],
    ['gone', { top: 0, detached: true, paragraph: null }], ['done', { top: 90, detached: false, paragraph: 'p1' }],
  ])

  test('are shown in the order of the text, the detached ones apart', () => {
    const { attached, detached } = groupThreads(threads, places, 'open')
    expect(attached.map(({ thread: { id } }) => id)).toEqual(['first', 'late'])
    expect(detached.map(({ id }) => id)).toEqual(['gone'])
    expect(groupThreads(threads, places, 'resolved').attached.map(({ thread: { id } }) => id)).toEqual(['done'])
  })

  test('on the same words: the older first', () => {
    const same = new Map([['late', places.get('first')!], ['first', places.get('first')!]])
    expect(groupThreads(threads, same, 'open').attached.map(({ thread: { id } }) => id)).toEqual(['first', 'late'])
  })

  test('are counted by state', () => {
    expect(countThreads(threads)).toEqual({ open: 4, resolved: 1 })
  })

  test('news of a thread replaces it, unless the news is old', () => {
    const known = [thread('a', 'open', 10, 2)]
    expect(withThread(known, thread('a', 'resolved', 10, 3))[0]!.state).toBe('resolved')
    expect(withThread(known, thread('a', 'resolved', 10, 1))[0]!.state).toBe('open')
    expect(withThread(known, thread('b', 'open'))).toHaveLength(2)
  })
})

test('numbers run on through chapters, skip those without the language, and follow what is being written', () => {
  const chapter = (id: string, numbered: number, language = 'es') => ({
    ...rightsIn(id, true), number: '1', parent: null, language: 'es',
    texts: { [language]: { id: `${id}-${language}`, document_id: 'd', heads: [], characters: 0, title: '', numbered, first_number: 0, notes: 0, first_note: 1, open_threads: 0 } },
  }) satisfies Chapter
  const chapters = [chapter('a', 10), chapter('b', 5, 'en'), chapter('c', 7), chapter('d', 1)]
  expect([...firstNumbers(chapters, 'es')]).toEqual([['a-es', 1], ['c-es', 11], ['d-es', 18]])
  expect([...firstNumbers(chapters, 'es', new Map([['a-es', 12]]))]).toEqual([['a-es', 1], ['c-es', 13], ['d-es', 20]])
})
