import { expect, test } from 'vitest'
import { gridOf } from './grid'

/** `1a 1b 2a`: row 1 with columns a and b, row 2 with a. */
const shape = (cells: string): string =>
  gridOf(cells.split(' '), (cell) => ({ row: cell[0] ?? '', column: cell[1] ?? '' })).rows.map((row) => row.cells.map((cell) => cell ?? '··').join('|')).join(' / ')

test('rows are runs of one row id, and what a row lacks is supplied', () => {
  expect(shape('1a 1b 2a')).toBe('1a|1b / 2a|··')
  expect(shape('1a 2a 2b 1b')).toBe('1a|·· / 2a|2b / ··|1b')
})

test('the order of columns is the merge of the rows’ orders', () => {
  expect(shape('1a 1c 2a 2b 2c')).toBe('1a|··|1c / 2a|2b|2c')
  expect(shape('1b 2a 2b')).toBe('··|1b / 2a|2b')
})

test('a cell whose place is taken stands one further', () => {
  expect(shape('1a 1b 2b 2b')).toBe('1a|1b|·· / ··|2b|2b')
  expect(shape('1a 1b 2b 2a')).toBe('1a|1b|·· / ··|2b|2a')
})
