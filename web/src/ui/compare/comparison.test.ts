import { describe, expect, test } from 'vitest'
import type { ComparedChapter, ComparedEntry, ComparedRun, Comparison } from '../../api'
import { joined } from '../../api/comparing'
import { anchorOf, changesOf, cleanBlocks, drawn, gridOf, letterOf, otherEndOf, piecesOf, sideOf, stretchesOf } from './comparison'

const run = (text: string, change: ComparedRun['change'] = 'kept', source: number | null = null, marks?: ComparedRun['marks']): ComparedRun =>
  ({ text, change, source, at: null, marks })
const entry = (id: string, change: ComparedEntry['change'], ...runs: ComparedRun[]): ComparedEntry => ({
  id, type: 'paragraph', numbered: true, change, number: 1, old_number: 1, move: null, runs, brackets: [],
  sources: [...new Set(runs.flatMap(({ source }) => (source === null ? [] : [source])))],
})
const moved = (id: string, change: 'moved' | 'moved_away', number: number, ...runs: ComparedRun[]): ComparedEntry =>
  ({ ...entry(id, change, ...runs), move: { number, chapter: '2', paragraph: 4 } })
const chapter = (number: string, changes: number, ...passages: ComparedChapter['passages'] & object): ComparedChapter =>
  ({ chapter: number, change: 'kept', number, old_number: number, title: number, changes, added: 0, removed: 0, passages })
const comparison = (...chapters: ComparedChapter[]): Comparison => ({
  paper: 'p', language: 'es', changes: 0, added: 0, removed: 0, sources: [], chapters, next: null,
  from: { kind: 'milestone', id: 'a', name: 'Bogotá', at: '2016-09-01T10:00:00Z' }, to: { kind: 'now', id: null, name: null, at: '2016-09-21T10:00:00Z' },
})

describe('changes are stopped at in the order in which they are read', () => {
  test('what does not differ, and the trace of a move, are passed by', () => {
    const found = comparison(
      chapter('1', 2, { change: 'same', count: 3, first: 1, last: 3 }, entry('a', 'kept', run('Cities '), run('act', 'inserted')), moved('b', 'moved_away', 1)),
      chapter('2', 2, entry('c', 'deleted', run('x', 'deleted')), moved('b', 'moved', 1, run('y'))),
    )
    expect(changesOf(found)).toEqual(['p-a', 'gone-c', 'moved-1'])
  })

  test('both ends of a move lead to each other', () => {
    expect(otherEndOf(moved('b', 'moved', 3))).toBe(anchorOf(moved('b', 'moved_away', 3)))
    expect(otherEndOf(moved('b', 'moved_away', 3))).toBe(anchorOf(moved('b', 'moved', 3)))
    expect(otherEndOf(entry('a', 'kept'))).toBeNull()
  })
})

test('chapters without a change are gathered where they stand', () => {
  const shapes = stretchesOf([chapter('1', 0), chapter('2', 0), chapter('3', 1), chapter('4', 0)]).map((each) =>
    each.kind === 'chapter' ? each.chapter.number : each.chapters.map(({ number }) => number))
  expect(shapes).toEqual([['1', '2'], '3', ['4']])
})

describe('sources', () => {
  test('a letter names the source of words only where a paragraph has several, at the end of what it changed', () => {
    const one = entry('a', 'kept', run('x', 'deleted', 2), run('y', 'inserted', 2))
    expect(letterOf(one, 2)).toBe('')
    const two = entry('a', 'kept', run('x', 'deleted', 2), run('y', 'inserted', 2), run(' and '), run('z', 'inserted', 5))
    expect(drawn(two).runs.map(({ letter }) => letter)).toEqual(['', 'a', '', 'b'])
  })

  test('brackets are those that stand now, round what was put between them', () => {
    const marks = { 'bracket:k': true }
    const found = drawn(entry('a', 'kept', run('All', 'kept', null, marks), run(' x', 'deleted', 0), run(' towns', 'inserted', 0, marks), run(' act')))
    expect(found.runs.map(({ signs }) => signs)).toEqual(['[', '', '', ']'])
    expect(found.rest).toBe('')
  })
})

test('a side has only its own words', () => {
  const changed = entry('a', 'kept', run('All '), run('cities', 'deleted'), run('towns', 'inserted'))
  const words = (side: 'before' | 'after') => sideOf(changed, side)?.map(({ text }) => text).join('')
  expect([words('before'), words('after')]).toEqual(['All cities', 'All towns'])
  const bracketed = entry('d', 'kept', { ...run('act', 'marked', null, { 'bracket:k': true }), was: {} })
  expect([sideOf(bracketed, 'before')?.[0]?.marks, sideOf(bracketed, 'after')?.[0]?.marks]).toEqual([{}, { 'bracket:k': true }])
  expect([sideOf(entry('b', 'inserted', run('x', 'inserted')), 'before'), sideOf(moved('c', 'moved_away', 1), 'before')]).toEqual([null, null])
})

test('the clean text holds no word that went', () => {
  const found = cleanBlocks(chapter('1', 3,
    { change: 'same', count: 1, first: 7, last: 7, entries: [{ ...entry('s', 'kept', run('Same.')), number: 7 }] },
    entry('a', 'kept', run('All '), run('secret', 'deleted'), run('towns', 'inserted')), entry('b', 'deleted', run('secret', 'deleted')), moved('c', 'moved_away', 1)))
  expect(found.firstNumber).toBe(7)
  expect(found.blocks.map(({ runs }) => (runs ?? []).map(({ text }) => text).join(''))).toEqual(['Same.', 'All towns'])
})

describe('tables', () => {
  const cell = (row: string, column: string, change: ComparedEntry['change'] = 'kept'): ComparedEntry =>
    ({ ...entry(`${row}${column}${change}`, change), type: 'table-cell', table: 't', row, column })

  test('neighbouring cells of one table stand together', () => {
    const pieces = piecesOf([entry('a', 'kept'), cell('1', 'a'), cell('1', 'b'), entry('b', 'kept')])
    expect(pieces.map((piece) => (piece.change === 'table' && 'cells' in piece ? piece.cells.length : 'entry'))).toEqual(['entry', 2, 'entry'])
  })

  test('a column that came stands in every row, empty where it has no cell', () => {
    const grid = gridOf([cell('1', 'a'), cell('1', 'n', 'inserted'), cell('1', 'b'), cell('2', 'a'), cell('2', 'b')])
    expect(grid.map((row) => row.map((each) => each?.id ?? '–').join(' '))).toEqual(['1akept 1ninserted 1bkept', '2akept – 2bkept'])
  })

  test('a column that moved stands where it was and where it is', () => {
    const grid = gridOf([cell('1', 'a', 'deleted'), cell('1', 'b'), cell('1', 'a', 'inserted')])
    expect(grid).toHaveLength(1)
    expect(grid[0]?.map((each) => each?.change)).toEqual(['deleted', 'kept', 'inserted'])
  })
})

test('a long comparison comes in parts and is one in the end', () => {
  const first = comparison(chapter('1', 1, entry('a', 'kept')), { ...chapter('2', 1), passages: null })
  const later = comparison({ ...chapter('1', 1), passages: null }, chapter('2', 1, entry('b', 'kept')))
  expect(joined(first, later).chapters.map(({ passages }) => passages?.length)).toEqual([1, 1])
})
