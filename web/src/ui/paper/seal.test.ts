import { expect, test } from 'vitest'
import type { Finding } from '../../api'
import { findingsIn, languagesWithWords, openingForm, sealRequest } from './seal'

const bogota = { name: { es: 'Borrador de Bogotá', en: 'Bogotá draft' }, event: { es: 'Congreso Mundial, Bogotá' }, date: '2016-10-12' }

test('Inés opens the dialog and finds the next planned draft filled in, in her language', () => {
  expect(openingForm({ planned: [bogota], milestones: [] }, '2016-09-21T08:42:00Z', 'es')).toEqual({
    name: 'Borrador de Bogotá',
    symbol: '',
    status: '',
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
  expect(sealRequest({ name: ' Bogotá draft ', symbol: ' ', status: '', event: '', date: '', note: '  ' })).toEqual({ name: 'Bogotá draft' })
  const full = { name: 'Bogotá draft', symbol: ' UCLG/MIG/2016/1 ', status: 'final' as const, event: 'Congress', date: '2016-10-12', note: 'As agreed.' }
  expect(sealRequest(full, ['es'], true)).toEqual({
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
