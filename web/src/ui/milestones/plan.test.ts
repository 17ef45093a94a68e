import { expect, test } from 'vitest'
import type { Planned } from '../../api'
import { formLanguages, planForm, planRequest, wrongIn } from './plan'

const now = '2016-09-21T08:42:00Z'
const bogota: Planned = {
  id: 'p-1', name: { es: 'Borrador de Bogotá', fr: 'Projet de Bogota' }, event: { es: 'Congreso' }, date: '2016-09-01', purpose: {}, version: 3, sealed: null, cancelled: null,
}

test('the languages are those of the paper, the reader’s first, and those that only the plan has', () => {
  expect(formLanguages(['es', 'en'], 'en', bogota)).toEqual(['en', 'es', 'fr'])
  expect(formLanguages(['es', 'en'], 'fr', null)).toEqual(['es', 'en'])
})

test('what is sent has only what was said', () => {
  const form = planForm(bogota, ['es', 'en', 'fr'])
  expect(form.name).toEqual({ es: 'Borrador de Bogotá', en: '', fr: 'Projet de Bogota' })
  form.purpose.en = ' For the congress\nto comment on. '
  form.name.fr = '  '
  expect(planRequest(form)).toEqual({ name: { es: 'Borrador de Bogotá' }, event: { es: 'Congreso' }, date: '2016-09-01', purpose: { en: 'For the congress to comment on.' } })
})

test('a plan has a name and a day that is not past, unless it is the day it had', () => {
  const form = planForm(null, ['es'])
  expect(wrongIn(form, null, now)?.field).toBe('name')
  form.name.es = 'Borrador de Quito'
  expect(wrongIn(form, null, now)?.says).toBe('draft-wrong-date')
  form.date = '2016-09-20'
  expect(wrongIn(form, null, now)?.says).toBe('draft-wrong-past')
  expect(wrongIn({ ...form, date: '2016-09-21' }, null, now)).toBeNull()
  expect(wrongIn({ ...form, date: bogota.date }, bogota, now)).toBeNull()
})
