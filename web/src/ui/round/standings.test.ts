import { describe, expect, test } from 'vitest'
import type { Amendment, Coverage, Round, Standing } from '../../api'
import { amendmentsOf, byKind, currentRound, howFar, littleRead, remarksOf, roundOfAmendment, shade, undecided, waiting } from './standings'

const standing = (code: string, more: Partial<Standing> = {}): Standing => ({
  id: code, code, name: {}, kind: 'section', hue: 1, speakers: [], has_answered: false, chapters_read: 0, remarks: {}, last_at: null, ...more,
})
const africa = standing('AFR', { has_answered: true, chapters_read: 3, remarks: { one: 2, two: 1 } })
const asia = standing('ASPAC', { chapters_read: 1 })
const culture = standing('CULTURE', { kind: 'committee' })
const cover = (components: Standing[], chapters: Coverage['chapters'] = []): Coverage => ({ components, chapters, remarks: 3, open: 3, late: 0 })

test('a component has answered, is reading, or is silent', () => {
  expect([africa, asia, culture].map(howFar)).toEqual(['answered', 'reading', 'silent'])
  expect(waiting(cover([africa, asia, culture])).map(({ code }) => code)).toEqual(['ASPAC', 'CULTURE'])
  expect(remarksOf(africa)).toBe(3)
})

test('the chart counts kinds of components, and shows nothing where one may not know', () => {
  expect(byKind(cover([africa, asia, culture]))).toEqual([
    { kind: 'section', all: 2, answered: 1, reading: 1, silent: 0 },
    { kind: 'committee', all: 1, answered: 0, reading: 0, silent: 1 },
  ])
  expect(byKind(cover([africa, standing('EUR', { has_answered: null, chapters_read: null })]))).toEqual([])
})

describe('little read', () => {
  const chapter = (id: string, remarks: number, read_by: number | null) => ({ id, remarks, components: 0, read_by })
  test('are chapters with less than half of what the others had', () => {
    expect(littleRead(cover([], [chapter('1', 9, 8), chapter('2', 8, 9), chapter('3', 1, 2)])).map(({ id }) => id)).toEqual(['3'])
  })
  test('is nothing when nobody has begun', () => {
    expect(littleRead(cover([], [chapter('1', 0, 0), chapter('2', 0, null)]))).toEqual([])
  })
})

test('a shade is darker the more there is', () => {
  expect([0, 1, 3, 5, 8].map((count) => shade(count, 8))).toEqual([0, 1, 2, 3, 4])
  expect(shade(0, 0)).toBe(0)
})

test('the round that matters is the one that runs, else the next, else the last', () => {
  const round = (id: string, phase: Round['phase']) => ({ id, phase }) as Round
  expect(currentRound([round('1', 'published'), round('2', 'open'), round('3', 'draft')])?.id).toBe('2')
  expect(currentRound([round('1', 'closed'), round('2', 'scheduled')])?.id).toBe('2')
  expect(currentRound([round('1', 'published'), round('2', 'closed')])?.id).toBe('2')
  expect(currentRound([])).toBeNull()
})

describe('amendments of a round', () => {
  const amendment = (number: number | null, state: Amendment['state'], voices = 0) =>
    ({ number, state, component: 'AFR', sponsors: [], voices: Array.from({ length: voices }, () => ({})) }) as unknown as Amendment
  const all = [amendment(1, 'submitted'), amendment(2, 'accepted', 9), amendment(3, 'under_consideration', 2), amendment(null, 'draft')]

  test('those that wait for a decision are shown, the most spoken of first', () => {
    expect(undecided(all).map(({ number }) => number)).toEqual([3, 1])
    expect(undecided(all, 1).map(({ number }) => number)).toEqual([3])
  })
  test('a component has those that it submitted, not its drafts', () => {
    expect([amendmentsOf(africa, all), amendmentsOf(asia, all)]).toEqual([3, 0])
  })
})

test('an amendment answers the round that asks for it and runs, else one that has closed, else none', () => {
  const round = (id: string, phase: Round['phase'], asks: Round['asks'], is_asked = true) =>
    ({ id, phase, asks, rights: { is_asked } }) as unknown as Round
  const [first, second] = [round('first', 'closed', ['amendments']), round('second', 'open', ['comments', 'amendments'])]
  expect(roundOfAmendment([first, second])).toBe(second)
  expect(roundOfAmendment([first, round('comments only', 'open', ['comments'])])).toBe(first)
  expect(roundOfAmendment([round('others', 'open', ['amendments'], false), round('out', 'published', ['amendments'])])).toBe(null)
})
