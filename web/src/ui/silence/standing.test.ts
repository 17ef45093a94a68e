import { describe, expect, test } from 'vitest'
import { asField, fromField, proposedEnd, timeLeft } from './standing'

const wednesday = Date.parse('2016-09-21T08:42:00Z')

describe('the instant of a silence', () => {
  test('is days away, then hours, then minutes, and never less than none', () => {
    expect(timeLeft('2016-09-26T08:42:00Z', wednesday)).toEqual({ unit: 'days', count: 5 })
    expect(timeLeft('2016-09-22T20:42:00Z', wednesday)).toEqual({ unit: 'hours', count: 36 })
    expect(timeLeft('2016-09-21T08:42:30Z', wednesday)).toEqual({ unit: 'minutes', count: 1 })
    expect(timeLeft('2016-09-20T08:42:00Z', wednesday)).toEqual({ unit: 'minutes', count: 0 })
  })

  test('the form proposes a full hour of a working day that leaves the shortest window', () => {
    const end = new Date(proposedEnd(wednesday, 72))
    expect([0, 6]).not.toContain(end.getDay())
    expect(end.getTime() - wednesday).toBeGreaterThanOrEqual(72 * 3_600_000)
    expect(end.getMinutes()).toBe(0)
  })

  test('what the field says is the instant it was made of, to the minute', () => {
    expect(fromField(asField(Date.parse('2016-09-26T10:00:00Z')))).toBe('2016-09-26T10:00:00.000Z')
    expect([fromField(''), fromField('soon')]).toEqual([null, null])
  })
})
