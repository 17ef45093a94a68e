import { expect, test } from 'vitest'
import { openingForm, sealRequest } from './seal'

const bogota = { name: { es: 'Borrador de Bogotá', en: 'Bogotá draft' }, event: { es: 'Congreso Mundial, Bogotá' }, date: '2016-10-12' }

test('Inés opens the dialog and finds the next planned draft filled in, in her language', () => {
  expect(openingForm({ planned: [bogota], milestones: [] }, '2016-09-21T08:42:00Z', 'es')).toEqual({
    name: 'Borrador de Bogotá',
    event: 'Congreso Mundial, Bogotá',
    date: '2016-10-12',
    note: '',
  })
})

test('with nothing planned the form is empty, and an unnamed draft cannot be sealed', () => {
  const form = openingForm({ planned: [], milestones: [] }, '2016-09-21T08:42:00Z', 'es')
  expect(form.name).toBe('')
  expect(sealRequest(form)).toBeNull()
  expect(sealRequest({ ...form, name: '   ' })).toBeNull()
})

test('only what was answered is sent', () => {
  expect(sealRequest({ name: ' Bogotá draft ', event: '', date: '', note: '  ' })).toEqual({ name: 'Bogotá draft' })
  expect(sealRequest({ name: 'Bogotá draft', event: 'Congress', date: '2016-10-12', note: 'As agreed.' })).toEqual({
    name: 'Bogotá draft',
    event: 'Congress',
    date: '2016-10-12',
    note: 'As agreed.',
  })
})
