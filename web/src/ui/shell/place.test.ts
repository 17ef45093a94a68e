import { expect, test } from 'vitest'
import { beside } from './place'

const room = { width: 1000, height: 700 }
const spot = { top: 100, bottom: 140, left: 300, right: 380 }

test('a box opens under its button, starting where the button starts', () => {
  expect(beside(spot, { width: 200, height: 100 }, room)).toEqual({ top: 146, left: 300 })
})

test('aligned to the end, it ends where the button ends', () => {
  expect(beside(spot, { width: 200, height: 100 }, room, 'end')).toEqual({ top: 146, left: 180 })
})

test('with no room below it opens above', () => {
  expect(beside({ ...spot, top: 600, bottom: 640 }, { width: 200, height: 100 }, room).top).toBe(494)
})

test('it never leaves the window, however large it is', () => {
  expect(beside({ ...spot, left: 950, right: 990 }, { width: 200, height: 100 }, room).left).toBe(792)
  expect(beside({ ...spot, left: 0, right: 10 }, { width: 200, height: 100 }, room, 'end').left).toBe(8)
  expect(beside(spot, { width: 200, height: 900 }, room).top).toBe(8)
})
