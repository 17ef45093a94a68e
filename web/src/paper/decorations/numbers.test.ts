import { expect, test } from 'vitest'
import { nodes as N } from '../text/schema'
import { numbersOf } from './numbers'

const paragraph = (numbered = false) => N.paragraph.create({ numbered })
const ordered = (depth = 0) => N.ordered.create({ depth })
const bullet = (depth = 0) => N.unordered.create({ depth })
const of = (...blocks: ReturnType<typeof paragraph>[]) => numbersOf(N.doc.create(null, blocks), 31)

test('REN: paragraphs count through lists and headings', () => {
  expect(of(N.heading.create(), paragraph(true), paragraph(), bullet(), paragraph(true))).toEqual([null, 31, null, null, 32])
})

test('ordered items count within their run at their depth', () => {
  expect(of(ordered(), ordered(1), ordered(1), ordered(), ordered(1), paragraph(), ordered())).toEqual([1, 1, 2, 2, 1, null, 1])
})

test('bullets inside an item do not end its list, bullets beside it do', () => {
  expect(of(ordered(), bullet(1), ordered(), bullet(), ordered())).toEqual([1, null, 2, null, 1])
})

test('a list that begins deep counts from one', () => {
  expect(of(ordered(2), ordered(2), ordered(0))).toEqual([1, 2, 1])
})
