import { expect, test } from 'vitest'
import type { Finding } from '../../api'
import { findingsIn, formFor, isSealDraft, keptForm, languagesWithWords, openingForm, sealRequest } from './seal'

const bogota = { id: 'p-1', purpose: {}, version: 1, sealed: null, cancelled: null, name: { es: 'Borrador de Bogotá', en: 'Bogotá draft' }, event: { es: 'Congreso Mundial, Bogotá' }, date: '2016-10-12' }

test('Inés opens the dialog and finds the next planned draft filled in, in her language', () => {
  expect(openingForm({ planned: [bogota] }, '2016-09-21T08:42:00Z', 'es')).toEqual({
    planned: 'p-1',
    name: 'Borrador de Bogotá',
    symbol: '',
    status: '',
    event: 'Congreso Mundial, Bogotá',
    date: '2016-10-12',
    note: '',
  })
})

test('with nothing planned the form is empty, and an unnamed draft cannot be sealed', () => {
  const form = openingForm({ planned: [] }, '2016-09-21T08:42:00Z', 'es')
  expect(form.name).toBe('')
  expect(sealRequest(form)).toBeNull()
  expect(sealRequest({ ...form, name: '   ' })).toBeNull()
})

test('only what was answered is sent', () => {
  expect(sealRequest({ planned: '', name: ' Bogotá draft ', symbol: ' ', status: '', event: '', date: '', note: '  ' })).toEqual({ name: 'Bogotá draft' })
  const full = { planned: 'p-1', name: 'Bogotá draft', symbol: ' UCLG/MIG/2016/1 ', status: 'final' as const, event: 'Congress', date: '2016-10-12', note: 'As agreed.' }
  expect(sealRequest(full, ['es'], true)).toEqual({
    planned: 'p-1',
    symbol: 'UCLG/MIG/2016/1',
    status: 'final',
    languages: ['es'],
    anyway: true,
    name: 'Bogotá draft',
    event: 'Congress',
    date: '2016-10-12',
    note: 'As agreed.',
  })
})

test('what was found is told of the languages that are chosen, and a language without words is not chosen', () => {
  const found = { severity: 'to_know', fault: 'bracket', chapter: 'c', number: '1', paragraph: 'p', language: 'es', beginning: '' } as Finding
  const language = (language: string, words: number, findings: Finding[]) => ({ language, words, chapters: 1, drafted: false, findings })
  const outlook = { symbol: null, languages: [language('es', 9, [found]), language('en', 5, []), language('fr', 0, [found])] }
  expect(languagesWithWords(outlook)).toEqual(['es', 'en'])
  expect(findingsIn(outlook, ['en'])).toEqual([])
  expect(findingsIn(outlook, ['es', 'en'])).toEqual([found])
})

test('another plan fills in its own words, and what no plan says stays as it was typed', () => {
  const form = formFor(bogota, 'es', { symbol: 'UCLG/1', status: 'final', note: 'As agreed.' })
  expect([form.symbol, form.status, form.note, form.name]).toEqual(['UCLG/1', 'final', 'As agreed.', 'Borrador de Bogotá'])
  expect(formFor(null, 'es', form).note).toBe('As agreed.')
})

test('a kept form keeps its words when its plan was sealed by somebody else', () => {
  const form = { ...formFor(bogota, 'es'), note: 'As agreed.' }
  expect(keptForm(form, [bogota])).toEqual(form)
  expect(keptForm(form, [])).toEqual({ ...form, planned: '' })
  expect(isSealDraft({ form, without: ['en'] })).toBe(true)
  expect(isSealDraft({ form: { name: 'An older page kept only this' }, without: [] })).toBe(false)
})
