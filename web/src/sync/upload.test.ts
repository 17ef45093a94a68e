import { expect, test } from 'vitest'
import { CHANGE_BYTES, MESSAGE_BYTES, parts, tooLarge } from './upload'

const bytes = (...sizes: number[]) => sizes.map(size => new Uint8Array(size))
const sizes = (cut: Uint8Array[][]) => cut.map(part => part.map(({ length }) => length))

test('an upload is cut where the next change would be too much, and keeps its order', () => {
  const half = MESSAGE_BYTES / 2
  expect(sizes(parts(bytes(half, half, 1, half)))).toEqual([[half, half], [1, half]])
})

test('a change longer than a message travels alone', () => {
  expect(sizes(parts(bytes(5, MESSAGE_BYTES + 1, 5)))).toEqual([[5], [MESSAGE_BYTES + 1], [5]])
})

test('nothing is no message', () => {
  expect(parts([])).toEqual([])
})

test('a change is too large above one mebibyte', () => {
  expect([tooLarge(bytes(CHANGE_BYTES)), tooLarge(bytes(1, CHANGE_BYTES + 1))]).toEqual([false, true])
})
