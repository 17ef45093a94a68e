import { expect, test } from 'vitest'
import { fileName } from './download'

test('the file keeps its accents when the server sends both forms of its name', () => {
  expect(fileName(`attachment; filename="Borrador de Bogota.pdf"; filename*=UTF-8''Borrador%20de%20Bogot%C3%A1.pdf`)).toBe('Borrador de Bogotá.pdf')
})

test('the plain name serves when there is no other, or the other is badly encoded', () => {
  expect(fileName('attachment; filename="paper.md"')).toBe('paper.md')
  expect(fileName(`attachment; filename*=UTF-8''%E0%A4%A; filename="paper.md"`)).toBe('paper.md')
})

test('without a name the caller chooses one', () => {
  expect(fileName(null)).toBeNull()
  expect(fileName('attachment')).toBeNull()
})
