import { expect, test } from 'vitest'
import { emptyPlan, planFrom, requestOf, wrongIn, type PlanForm } from './plan'
import type { Round } from '../../api'

const MADRID = 'Europe/Madrid'
const now = Date.parse('2016-09-21T08:42:00Z')
const form = (more: Partial<PlanForm> = {}): PlanForm => ({ ...emptyPlan(now, MADRID), name: 'Second reading', milestone: 'm', invited: ['AFR'], ...more })

test('a new round begins now and ends in two weeks, at the end of a working day', () => {
  const { opens, closes } = emptyPlan(now, MADRID)
  expect([opens, closes]).toEqual(['2016-09-21T10:42', '2016-10-05T18:00'])
  expect(wrongIn(form(), MADRID, now)).toBeNull()
})

test.each<[Partial<PlanForm>, string, string]>([
  [{ name: ' ' }, 'name', 'plan-wrong-name'],
  [{ asks: [] }, 'asks', 'plan-wrong-asks'],
  [{ invited: [] }, 'invited', 'plan-wrong-invited'],
  [{ closes: '2016-09-21T10:00' }, 'closes', 'plan-wrong-order'],
  [{ opens: '2016-09-01T10:00', closes: '2016-09-02T10:00' }, 'closes', 'plan-wrong-past'],
  [{ closes: '2017-03-26T02:30' }, 'closes', 'plan-wrong-never'],
  [{ closes: '' }, 'closes', 'plan-wrong-empty'],
])('%j is refused before it is sent', (more, field, says) => {
  expect(wrongIn(form(more), MADRID, now)).toEqual({ field, says })
})

test('what is sent are instants, whatever the clock on the wall says', () => {
  const { opens, closes, about } = requestOf(form({ about: ' One.\nTwo. ' }), MADRID)
  expect([opens, closes, about]).toEqual(['2016-09-21T08:42:00.000Z', '2016-10-05T16:00:00.000Z', 'One. Two.'])
})

test('a round that is planned anew reads back as it stands', () => {
  const round = { ...requestOf(form(), MADRID), id: 'r' } as unknown as Round
  expect(planFrom(round, MADRID)).toEqual(form())
})
