import { describe, expect, test } from 'vitest'
import { faultOf, nameOf, slugOf } from './naming'

test('a file gives its paper a name that people read', () => {
  expect(['Informe_final  v2.docx', 'Nota.DOCX', 'sin extensión'].map(nameOf)).toEqual(['Informe final v2', 'Nota', 'sin extensión'])
})

describe('a name for addresses', () => {
  test.each([
    ['¿Qué ciudad?', 'que-ciudad'],
    ['Derecho a la ciudad – Año 2016', 'derecho-a-la-ciudad-ano-2016'],
    ['المدينة', ''],
    ['  ', ''],
  ])('of %j is %j', (title, slug) => expect(slugOf(title)).toBe(slug))

  test('is never longer than the service takes, nor ends in a hyphen', () => {
    expect(slugOf(`${'a'.repeat(79)} b`)).toBe('a'.repeat(79))
    expect(slugOf('a '.repeat(200))).toMatch(/^(a-){39}a$/)
  })
})

test('the first bytes tell an old or protected file, an empty one and one that is no document', () => {
  const bytes = (...all: number[]) => faultOf(Uint8Array.from(all))
  expect([bytes(), bytes(0xd0, 0xcf, 0x11, 0xe0, 0xa1), bytes(0x89, 0x50, 0x4e, 0x47), bytes(0x50, 0x4b, 3, 4)]).toEqual(['empty', 'old', 'damaged', null])
})
