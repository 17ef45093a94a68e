import { expect, test } from 'vitest'
import type { Block } from '../../api'
import { nest, type Piece } from './nest'

const block = (type: Block['type'], text: string, more: Partial<Block> = {}): Block =>
  ({ id: text, type, runs: [{ text, marks: {} }], ...more }) as Block
const item = (text: string, depth = 0) => block('unordered-list-item', text, { depth })
const step = (text: string, depth = 0) => block('ordered-list-item', text, { depth })

/** The tree in small: `p:a`, `31:a`, `ul(a b(ul(c)))`. */
function sketch(pieces: Piece[]): string {
  const list = (piece: Extract<Piece, { kind: 'list' }>): string =>
    `${piece.ordered ? 'ol' : 'ul'}(${piece.items
      .map((each) => each.block.id + (each.lists.length ? `[${each.lists.map(list).join(' ')}]` : ''))
      .join(' ')})`
  return pieces.map((piece) => (piece.kind === 'list' ? list(piece) : piece.kind === 'table' ? `table(${piece.id})` : `${piece.number ?? 'p'}:${piece.block.id}`)).join(' ')
}

test('numbered paragraphs continue from the number before the chapter, and others are not counted', () => {
  const blocks = [
    block('heading', 'title', { level: 1 }),
    block('paragraph', 'a', { numbered: true }),
    block('paragraph', 'b'),
    block('paragraph', 'c', { numbered: true }),
  ]
  expect(sketch(nest(blocks, 31))).toBe('p:title 31:a p:b 32:c')
})

test('items that follow one another make one list, and a paragraph ends it', () => {
  expect(sketch(nest([item('a'), item('b'), block('paragraph', 'p'), item('c')], 1))).toBe('ul(a b) p:p ul(c)')
})

test('a deeper item hangs under the item above it, and the outer list goes on afterwards', () => {
  expect(sketch(nest([item('a'), item('b', 1), item('c', 1), item('d')], 1))).toBe('ul(a[ul(b c)] d)')
})

test('another kind of list at the same depth is another list', () => {
  expect(sketch(nest([item('a'), step('one'), step('two')], 1))).toBe('ul(a) ol(one two)')
  expect(sketch(nest([item('a'), step('one', 1), item('b', 1)], 1))).toBe('ul(a[ol(one) ul(b)])')
})

test('an item too deep for what stands above it hangs one step deeper only; no word is lost', () => {
  expect(sketch(nest([item('a', 5), item('b', 7), item('c', 1)], 1))).toBe('ul(a[ul(b c)])')
})

const cell = (text: string, row: string, column: string, header = false) => block('table-cell', text, { table: 't', row, column, header })

test('neighbouring cells of one table are rows, the first of heads only is the head, and a missing cell is supplied', () => {
  const pieces = nest([cell('a', '1', 'x', true), cell('b', '1', 'y', true), cell('c', '2', 'y'), block('paragraph', 'p')], 1)
  expect(pieces[0]).toMatchObject({ kind: 'table', rows: [{ head: true }, { head: false, cells: [null, { id: 'c' }] }] })
  expect(pieces).toHaveLength(2)
})

test('a text without blocks has no pieces', () => {
  expect(nest([], 1)).toEqual([])
})
