import { describe, expect, test } from 'vitest'
import type { ComparedChapter, ComparedEntry, ComparedRun, TextMoment } from '../../api'
import { daysOf, numbersOf, paragraphsOf, rowsOf, standingOf, stepped } from './past'

const moment = (id: string, to: string, sealed: TextMoment['sealed'] = []): TextMoment => ({
  id, kind: 'sitting', from: to, to, by: [], inserted: 1, deleted: 0, amendment: null, bracket: null, restored: null, sealed,
})
const draft = { id: 'b', name: 'Bogotá draft', symbol: null, status: null, at: '2016-09-21T12:00:00Z' }
const run = (text: string, change: ComparedRun['change'] = 'kept'): ComparedRun => ({ text, marks: undefined, was: undefined, change, source: null, at: null } as ComparedRun)
const entry = (number: number, change: ComparedEntry['change'], runs: ComparedRun[]): ComparedEntry =>
  ({ id: `p${number}`, type: 'paragraph', change, number: change === 'deleted' ? null : number, old_number: number, move: null, runs, sources: [0], brackets: [] }) as unknown as ComparedEntry
const chapter = (passages: ComparedChapter['passages']): ComparedChapter =>
  ({ chapter: 'c', change: 'kept', number: '4', old_number: '4', title: 'Housing', changes: 0, added: 0, removed: 0, passages })

describe('the timeline', () => {
  const moments = [moment('9-12', '2016-09-22T08:00:00Z'), moment('2-8', '2016-09-21T09:00:00Z', [draft]), moment('1-1', '2016-09-21T08:00:00Z')]

  test('a draft that was sealed on a moment stands above it, on its own day', () => {
    expect(rowsOf(moments).map((row) => (row.kind === 'sealed' ? row.sealed.name : row.moment.id))).toEqual(['9-12', 'Bogotá draft', '2-8', '1-1'])
    const days = daysOf(rowsOf(moments), (at) => at.slice(0, 10))
    expect(days.map(({ day, rows }) => [day, rows.length])).toEqual([['2016-09-22', 1], ['2016-09-21', 3]])
  })

  test('steps lead into the past and back, and stop at the ends', () => {
    expect(stepped(moments, null, 1)).toBe('9-12')
    expect(stepped(moments, '9-12', 1)).toBe('2-8')
    expect(stepped(moments, '1-1', 1)).toBe('1-1')
    expect(stepped(moments, '9-12', -1)).toBe('9-12')
    expect(stepped([], null, 1)).toBeNull()
  })
})

describe('the text at a moment', () => {
  const same = { change: 'same' as const, count: 1, first: 11, last: 11, entries: [entry(11, 'kept', [run('Eleven.')])] }
  const passages = [same, entry(12, 'kept', [run('Rents '), run('rise', 'deleted'), run('fall', 'inserted')]), entry(13, 'deleted', [run('Gone.', 'deleted')]), entry(20, 'inserted', [run('New.', 'inserted')])]

  test('without the changes it reads as it did, and no word that went is in it', () => {
    const read = paragraphsOf(chapter(passages), false)
    expect(read.map((each) => each.runs.map(({ text }) => text).join(''))).toEqual(['Eleven.', 'Rents fall', 'New.'])
    expect(read.every((each) => each.change === 'kept' && each.sources.length === 0)).toBe(true)
    expect(paragraphsOf(chapter(passages), true)).toHaveLength(4)
  })

  test('what changed is named by its paragraphs', () => {
    expect(numbersOf(chapter(passages))).toBe('12–13, 20')
    expect(numbersOf(chapter([same]))).toBe('')
  })

  test('a paragraph that went stood there before the moment', () => {
    expect(standingOf(passages[2] as ComparedEntry, moment('9-12', ''))).toBe('1-8')
    expect(standingOf(passages[1] as ComparedEntry, moment('9-12', ''))).toBe('9-12')
    expect(standingOf(passages[2] as ComparedEntry, moment('1-1', ''))).toBeNull()
  })
})
