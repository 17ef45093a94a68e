import type { Node } from 'prosemirror-model'
import { expect, test } from 'vitest'
import { nodes as N, schema } from '../text/schema'
import { chooseByKey, type Chosen } from './reading'

const doc: Node = N.doc.create(null, [
  N.heading.create({ level: 1 }, schema.text('Los primeros días')),
  N.paragraph.create(),
  N.paragraph.create({ numbered: true }, [schema.text('Quien llega, '), schema.text('pregunta', [schema.marks.strong.create()]), schema.text('.')]),
])
const BEFORE: Chosen = { anchor: 1, head: 1 }

/** What is chosen after these keys, beginning with nothing; `+` before a key is Shift. */
function after(...keys: string[]): string {
  let chosen = BEFORE
  for (const key of keys) chosen = chooseByKey(doc, chosen, key.replace('+', ''), key.startsWith('+')) ?? chosen
  return doc.textBetween(Math.min(chosen.anchor, chosen.head), Math.max(chosen.anchor, chosen.head), '|')
}

test('Down and Up go from paragraph to paragraph, past an empty one, and stop at the ends', () => {
  expect(after('ArrowDown')).toBe('Los primeros días')
  expect(after('ArrowDown', 'ArrowDown')).toBe('Quien llega, pregunta.')
  expect(after('ArrowDown', 'ArrowDown', 'ArrowDown')).toBe('Quien llega, pregunta.')
  expect(after('ArrowDown', 'ArrowDown', 'ArrowUp')).toBe('Los primeros días')
})

test('Right and Left go from word to word, and from a chosen paragraph into it', () => {
  expect(after('ArrowRight')).toBe('Los')
  expect(after('ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight')).toBe('Quien')
  expect(after('ArrowDown', 'ArrowDown', 'ArrowRight')).toBe('Quien')
  expect(after('ArrowDown', 'ArrowDown', 'ArrowLeft')).toBe('pregunta')
  expect(after('ArrowDown', 'ArrowDown', 'ArrowLeft', 'ArrowLeft')).toBe('llega')
})

test('Shift takes more, and less again', () => {
  expect(after('ArrowRight', '+ArrowRight')).toBe('Los primeros')
  expect(after('ArrowRight', '+ArrowRight', '+ArrowRight', '+ArrowLeft')).toBe('Los primeros')
  expect(after('ArrowRight', '+ArrowDown', '+ArrowDown')).toBe('Los primeros días||Quien llega, pregunta.')
})

test('in a text from right to left the arrows point the other way, and other keys mean nothing', () => {
  expect(chooseByKey(doc, BEFORE, 'ArrowLeft', false, true)).toEqual({ anchor: 1, head: 4 })
  expect(chooseByKey(doc, BEFORE, 'ArrowRight', false, true)).toBeNull()
  expect(chooseByKey(doc, BEFORE, 'PageDown', false)).toBeNull()
})
