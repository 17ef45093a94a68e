import { describe, expect, test } from 'vitest'
import { changesBetween, daysBetween, instantsOf, offsetOf, problemOf, wallOf } from './when'

const at = (instant: string) => Date.parse(instant)

test('one deadline is read on many clocks', () => {
  const closing = '2016-09-23T12:00:00Z'
  expect(wallOf(closing, 'Europe/Madrid')).toBe('2016-09-23T14:00')
  expect(wallOf(closing, 'America/Bogota')).toBe('2016-09-23T07:00')
  expect(wallOf(closing, 'Asia/Jakarta')).toBe('2016-09-23T19:00')
})

test('days are those of the wall where one reads, also over a night of 25 hours', () => {
  expect(daysBetween('2016-09-21T09:00:00Z', '2016-09-23T12:00:00Z', 'Europe/Madrid')).toBe(2)
  expect(daysBetween('2016-09-21T22:30:00Z', '2016-09-23T12:00:00Z', 'Europe/Madrid')).toBe(1)
  expect(daysBetween('2016-10-29T21:59:00Z', '2016-10-30T23:30:00Z', 'Europe/Madrid')).toBe(2)
})

test('what is typed in one zone is one instant, and reads back as typed', () => {
  expect(instantsOf('2016-09-23T14:00', 'Europe/Madrid')).toEqual([at('2016-09-23T12:00:00Z')])
  expect(problemOf('2016-09-23T14:00', 'Europe/Madrid')).toBeNull()
})

describe('when the clocks change', () => {
  test('an hour comes twice', () => {
    expect(instantsOf('2016-10-30T02:30', 'Europe/Madrid')).toEqual([at('2016-10-30T00:30:00Z'), at('2016-10-30T01:30:00Z')])
    expect(problemOf('2016-10-30T02:30', 'Europe/Madrid')).toBe('twice')
  })

  test('an hour is left out', () => {
    expect(instantsOf('2017-03-26T02:30', 'Europe/Madrid')).toEqual([])
    expect(problemOf('2017-03-26T02:30', 'Europe/Madrid')).toBe('never')
  })

  test('it is noticed on the way to a deadline, in the zones where it happens', () => {
    const [now, then] = [at('2016-10-17T12:00:00Z'), at('2016-11-02T12:00:00Z')]
    expect(changesBetween(now, then, 'Europe/Madrid')).toBe(true)
    expect(changesBetween(now, then, 'America/Bogota')).toBe(false)
  })

  test('the offset is that of the very minute', () => {
    expect(offsetOf(at('2016-10-30T00:59:00Z'), 'Europe/Madrid')).toBe(120)
    expect(offsetOf(at('2016-10-30T01:00:00Z'), 'Europe/Madrid')).toBe(60)
    expect(offsetOf(at('2016-10-30T01:00:00Z'), 'Asia/Kathmandu')).toBe(345)
  })
})

test('what is no time is none', () => {
  expect(instantsOf('', 'Europe/Madrid')).toEqual([])
  expect(problemOf('2016-13-40T99:00', 'UTC')).toBe('empty')
})
