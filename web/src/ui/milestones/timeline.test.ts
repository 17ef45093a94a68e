import { expect, test } from 'vitest'
import type { Milestone, Planned, Round } from '../../api'
import { nextOf, timeline } from './timeline'

const now = '2016-09-21T08:42:00Z'
const zone = 'Europe/Madrid'
const planned = (id: string, date: string, more: Partial<Planned> = {}): Planned =>
  ({ id, name: { en: id }, event: {}, date, purpose: {}, version: 1, sealed: null, cancelled: null, ...more })
const sealed = (id: string, sealed_at: string) => ({ id, name: id, sealed_at }) as Milestone
const round = (milestone: string, phase: Round['phase']) => ({ id: phase, milestone, phase }) as Round
const cancelled = { at: now, person: 'Inés Duarte', component: 'SEC', reason: 'The congress is off.' }

const line = (plans: Planned[], milestones: Milestone[], rounds: Round[] = []) => timeline({ plans, milestones, rounds, publicity: new Map() }, now, zone)
const sketch = (plans: Planned[], milestones: Milestone[]) =>
  line(plans, milestones).map((entry) => (entry.kind === 'today' ? 'today' : `${entry.kind} ${entry.kind === 'sealed' ? entry.milestone.id : entry.plan.id}`))

test('the latest stands first, what is to come above today and what was sealed below it', () => {
  const plans = [planned('bogotá', '2016-10-12'), planned('quito', '2016-10-17'), planned('lima', '2016-09-01', { cancelled })]
  expect(sketch(plans, [sealed('zero', '2016-06-06T10:00:00Z'), sealed('august', '2016-08-29T10:00:00Z')]))
    .toEqual(['planned quito', 'planned bogotá', 'today', 'cancelled lima', 'sealed august', 'sealed zero'])
})

test('what is due today stands above today, what is overdue below it, what was sealed today below it', () => {
  expect(sketch([planned('due', '2016-09-21'), planned('overdue', '2016-09-20')], [sealed('fresh', now)]))
    .toEqual(['planned due', 'today', 'sealed fresh', 'planned overdue'])
})

test('a plan that was fulfilled is part of its draft, which says how early it was', () => {
  const entries = line([planned('bogotá', '2016-10-12', { sealed: 'm-1' })], [sealed('m-0', '2016-06-06T10:00:00Z'), sealed('m-1', '2016-09-21T22:30:00Z')])
  // In Madrid it was sealed on the 22nd, half an hour after midnight.
  expect(entries).toMatchObject([{ kind: 'sealed', plan: { id: 'bogotá' }, early: 20, before: { id: 'm-0' }, isLast: true }, { kind: 'today' }, { kind: 'sealed', plan: null, isLast: false }])
})

test('a draft names the rounds that stand on it until they are over', () => {
  const [, entry] = line([], [sealed('m-1', '2016-06-06T10:00:00Z')], [round('m-1', 'open'), round('m-1', 'closed'), round('m-1', 'draft'), round('m-2', 'open')])
  expect(entry).toMatchObject({ rounds: [{ phase: 'open' }] })
})

test('the next is the first that is not past; with none of those, the one that is overdue least', () => {
  const [early, late, due] = [planned('early', '2016-09-01'), planned('late', '2016-09-20'), planned('due', '2016-10-01')]
  expect(nextOf([due, early, late], now, zone)).toBe(due)
  expect(nextOf([early, late], now, zone)).toBe(late)
  expect(nextOf([{ ...due, cancelled }, { ...late, sealed: 'm' }], now, zone)).toBeNull()
})
