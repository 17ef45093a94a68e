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

describe('the bytes of a file tell', () => {
  const bytes = (...all: number[]) => faultOf(Uint8Array.from(all))
  const text = (words: string) => Array.from(words, (letter) => letter.charCodeAt(0))

  test('an empty one, and one that is no document', () => {
    expect([bytes(), bytes(0x89, 0x50, 0x4e, 0x47), bytes(0x50, 0x4b, 3, 4)]).toEqual(['empty', 'damaged', null])
  })

  test('one that a password protects from an old one, which have the same container', () => {
    const container = (name: string) => {
      const file = new Uint8Array(1_024)
      file.set([0xd0, 0xcf, 0x11, 0xe0])
      file.set(text(name).flatMap((letter) => [letter, 0]), 640)
      file[640 + 64] = 2 * name.length + 2
      return faultOf(file)
    }
    expect(['EncryptedPackage', 'WordDocument', 'EncryptedPackages'].map(container)).toEqual(['protected', 'old', 'old'])
    expect(bytes(0xd0, 0xcf, 0x11, 0xe0, 0xa1)).toBe('old')
  })

  test('one whose entries are encrypted, and an OpenDocument file', () => {
    expect(bytes(0x50, 0x4b, 3, 4, 20, 0, 1, 0)).toBe('protected')
    const first = (words: string) => bytes(0x50, 0x4b, 3, 4, ...Array<number>(26).fill(0), ...text(words))
    expect(first('mimetypeapplication/vnd.oasis.opendocument.textPK')).toBe('opendocument')
    expect(first('word/document.xml')).toBe(null)
  })
})
