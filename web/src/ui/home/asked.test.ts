import { describe, expect, test } from 'vitest'
import type { Paper } from '../../api'
import { rightsIn } from '../../api/testing'
import { asked, daysUntil, nextPlanned } from './asked'

const today = '2016-09-21T08:42:00Z'
const plan = { purpose: {}, version: 1, sealed: null, cancelled: null }
const bogota = { ...plan, id: 'p-1', name: { es: 'Borrador de Bogotá', en: 'Bogotá draft' }, event: { es: 'Congreso' }, date: '2016-10-12' }
const quito = { ...plan, id: 'p-2', name: { es: 'Borrador de Quito' }, event: { es: 'Hábitat III' }, date: '2016-10-17' }

const chapter = (number: string, mayWrite: boolean, open: Record<string, number>) => ({
  ...rightsIn(number, mayWrite),
  number,
  parent: null,
  language: 'es',
  texts: Object.fromEntries(
    Object.entries(open).map(([language, open_threads]) => [
      language,
      { id: number + language, document_id: '', heads: [], characters: 0, title: `Title ${number}`, numbered: 0, first_number: 1, notes: 0, first_note: 1, open_threads },
    ]),
  ),
})
const paper = (more: Partial<Paper> = {}): Paper =>
  ({ slug: 'ciudades', planned: [quito, bogota], milestones: [], chapters: [], rights: { may_seal: false, may_comment: true, may_give_pens: false }, ...more }) as unknown as Paper

const sketch = (papers: Paper[]) =>
  asked(papers, today).tasks.map((task) => (task.kind === 'answer' ? `answer ${task.number} ${task.language} (${task.open})` : `${task.kind} ${task.planned.date} (${task.days})`))

describe('what is asked', () => {
  test('of Adaeze, who writes: the texts with open comments, the fullest first, then the next draft', () => {
    const chapters = [chapter('2', true, { es: 1 }), chapter('4.1', true, { es: 3, en: 2 }), chapter('5', false, { es: 9 })]
    expect(sketch([paper({ chapters })])).toEqual(['answer 4.1 es (3)', 'answer 4.1 en (2)', 'answer 2 es (1)', 'write 2016-10-12 (21)'])
  })

  test('of Inés, the secretariat: to seal the draft', () => {
    expect(sketch([paper({ chapters: [chapter('1', true, { es: 0 })], rights: { may_seal: true, may_comment: true, may_give_pens: false } })])).toEqual(['seal 2016-10-12 (21)'])
  })

  test('of Samir, who has no pen: to read and comment', () => {
    expect(sketch([paper({ chapters: [chapter('1', false, { es: 4 })] })])).toEqual(['read 2016-10-12 (21)'])
  })

  test('of an observer: nothing', () => {
    expect(sketch([paper({ rights: { may_seal: false, may_comment: false, may_give_pens: false } })])).toEqual([])
  })

  test('only three texts are listed; the others are counted', () => {
    const chapters = ['1', '2', '3', '4', '5'].map((number) => chapter(number, true, { es: Number(number) }))
    const { tasks, moreTexts } = asked([paper({ chapters, planned: [] })], today)
    expect(tasks.map((task) => task.kind === 'answer' && task.number)).toEqual(['5', '4', '3'])
    expect(moreTexts).toBe(2)
  })
})

describe('the next planned draft', () => {
  test('is the nearest in time, in whatever order they were planned', () => {
    expect(nextPlanned(paper(), today)).toBe(bogota)
  })

  test('is the one after it once it is sealed or given up', () => {
    expect(nextPlanned(paper({ planned: [quito, { ...bogota, sealed: 'm' }] }), today)).toBe(quito)
    const cancelled = { at: today, person: 'Inés Duarte', component: 'SEC', reason: 'The congress is off.' }
    expect(nextPlanned(paper({ planned: [quito, { ...bogota, cancelled }] }), today)).toBe(quito)
  })

  test('is none when all are past', () => {
    expect(nextPlanned(paper(), '2016-10-18T00:00:00Z')).toBeNull()
  })
})

test('days are counted by the calendar, not by hours', () => {
  expect(daysUntil('2016-10-12', '2016-10-12T23:59:00Z', 'UTC')).toBe(0)
  expect(daysUntil('2016-10-12', '2016-10-11T00:00:00Z', 'UTC')).toBe(1)
  expect(daysUntil('2016-10-12', '2016-10-13T00:00:00Z', 'UTC')).toBe(-1)
  // Just before midnight in London it is the next day in Madrid, and still the same evening in Bogotá.
  expect(['Europe/Madrid', 'America/Bogota'].map((zone) => daysUntil('2016-10-12', '2016-10-11T22:30:00Z', zone))).toEqual([0, 1])
})
