import { expect, test } from 'vitest'
import { fileName, losses } from './download'

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

test('what a file could not carry is read from its header, and what nobody knows yet is passed over', () => {
  expect([...losses('characters=2, picture=1, hologram=4, address=no, columns=7')]).toEqual([['characters', 2], ['picture', 1], ['columns', 7]])
  expect(losses(null).size).toBe(0)
})
