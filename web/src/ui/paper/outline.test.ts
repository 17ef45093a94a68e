import { expect, test } from 'vitest'
import type { Chapter } from '../../api'
import { rightsIn } from '../../api/testing'
import { outline, parentOf } from './outline'

const text = (id: string, first: number, numbered: number) =>
  ({ id, document_id: '', heads: [], characters: 0, title: id, numbered, first_number: first, notes: 0, first_note: 1, open_threads: 0 })
const chapters: Chapter[] = [
  { ...rightsIn('a', true), number: '1', parent: null, language: 'es', texts: { es: text('a-es', 1, 3), en: text('a-en', 1, 3) } },
  { ...rightsIn('b', true), number: '4', parent: null, language: 'es', texts: { es: text('b-es', 4, 0) } },
  { ...rightsIn('c', true), number: '4.1', parent: 'b', language: 'es', texts: { es: text('c-es', 4, 1), en: text('c-en', 4, 1) } },
  { ...rightsIn('d', true), number: '5', parent: null, language: 'es', texts: {} },
]

test('a chapter not yet rendered in English is shown in the language it is drafted in; one without any text is not shown', () => {
  expect(outline(chapters, 'en').map((entry) => `${entry.text.id} ${entry.depth} ${entry.paragraphs}`)).toEqual(['a-en 0 1–3', 'b-es 0 ', 'c-en 1 4'])
})

test('4.1 knows that it stands in 4', () => {
  const entries = outline(chapters, 'es')
  expect(parentOf(entries[2]!, entries)?.chapter.number).toBe('4')
  expect(parentOf(entries[0]!, entries)).toBeNull()
})
