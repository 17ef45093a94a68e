import * as A from '@automerge/automerge/slim'
import { describe, expect, test } from 'vitest'
import { meet, people, type Person } from '../testing/people'
import { AnchorFollower, anchorOf, rangeOf, type Anchor } from './anchor'
import { cursorAt, offsetOfCursor } from './caret'

const words = ({ text }: Person, range: { start: number; end: number } | null) => range && text.doc.text.slice(range.start, range.end)

/** A comment on the first occurrence of the words. */
function comments(person: Person, quote: string): Anchor {
  const start = person.text.doc.text.indexOf(quote)
  return anchorOf(person.text.doc, { start, end: start + quote.length }, quote, (index) => person.text.doc.text[index] === '\ufffc')
}

describe('ANC: a comment is about elements, not about a place', () => {
  test('its runs name the actor, the counters and the number of characters; an emoji is one', () => {
    const [ines] = people(['# Título', 'hola 😀 mundo'], ['Inés'])
    const anchor = comments(ines, 'a 😀 m')
    expect(anchor.runs).toHaveLength(1)
    expect(anchor.runs[0].length).toBe(5)
    expect(anchor.heads).toEqual(A.getHeads(ines.text.doc))
    expect(words(ines, rangeOf(ines.text.doc, anchor))).toBe('a 😀 m')
  })

  test('words of two authors are two runs, and markers between paragraphs are left out', () => {
    const [ines, samir] = people(['# Título', 'hola mundo', 'otro'], ['Inés', 'Samir'])
    samir.typesBefore('mundo', 'gran ')
    meet(ines, samir)
    expect(comments(ines, 'la gran mu').runs.map(({ length }) => length)).toEqual([3, 5, 2])
    const across = comments(ines, 'mundo\ufffcotro')
    expect(across.runs.reduce((sum, run) => sum + run.length, 0)).toBe(9)
  })

  test('it shows from the first to the last survivor, words typed inside included, words at its ends not', () => {
    const [ines, samir] = people(['# Título', 'hola gran mundo'], ['Inés', 'Samir'])
    const anchor = comments(ines, 'gran')
    samir.typesBefore('gran', 'muy ')
    samir.typesAfter('gran', 'dísimo')
    samir.at('gran', 2).types('--')
    ines.deletes('g')
    meet(ines, samir)
    expect(words(samir, rangeOf(samir.text.doc, anchor))).toBe('r--an')
  })

  test('it is detached when the last of its words is gone, for good', () => {
    const [ines] = people(['# Título', 'hola gran mundo'], ['Inés'])
    const follower = new AnchorFollower()
    const anchor = comments(ines, 'gran')
    for (const letter of ['g', 'r', 'n']) {
      ines.deletes(letter)
      expect(words(ines, follower.rangeOf(ines.text.doc, anchor))).toMatch(/^r?an?$/)
    }
    ines.deletes('hola a')
    expect(follower.rangeOf(ines.text.doc, anchor)).toBeNull()
    ines.undoes()
    expect(follower.rangeOf(ines.text.doc, anchor)).toBeNull()
  })

  test('a comment that arrives before its words is found when they come', () => {
    const [ines, samir] = people(['# Título', 'hola mundo'], ['Inés', 'Samir'])
    samir.typesBefore('mundo', 'gran ')
    const anchor = comments(samir, 'gran')
    const follower = new AnchorFollower()
    expect(follower.rangeOf(ines.text.doc, anchor)).toBeNull()
    meet(ines, samir)
    expect(words(ines, follower.rangeOf(ines.text.doc, anchor))).toBe('gran')
  })

  test('following remembers nothing wrong: it agrees with a fresh look after every edit', () => {
    const [ines, samir] = people(['# Título', 'uno dos tres cuatro cinco'], ['Inés', 'Samir'])
    const follower = new AnchorFollower()
    const anchors = ['uno dos', 'dos tres cua', 'cinco', 'tres'].map((quote) => comments(ines, quote))
    const agrees = () => anchors.forEach((anchor) => expect(follower.rangeOf(ines.text.doc, anchor)).toEqual(rangeOf(ines.text.doc, anchor)))
    for (const [who, act] of [
      [ines, () => ines.deletes('dos t')],
      [samir, () => samir.typesBefore('tres', 'x')],
      [samir, () => samir.deletes('cinco')],
      [ines, () => ines.deletes('uno ')],
    ] as [Person, () => void][]) {
      act()
      agrees()
      if (who === samir) meet(ines, samir)
      agrees()
    }
  })
})

test('a caret holds on to the element before it, and falls back when that goes', () => {
  const [ines] = people(['# Título', 'hola 😀 mundo'], ['Inés'])
  const behindEmoji = ines.text.doc.text.indexOf('😀') + 2
  const caret = cursorAt(ines.text.doc, behindEmoji)
  if (!caret) throw new Error('no caret')
  expect(offsetOfCursor(ines.text.doc, caret)).toBe(behindEmoji)
  ines.typesBefore('hola', 'oh ')
  expect(offsetOfCursor(ines.text.doc, caret)).toBe(behindEmoji + 3)
  ines.deletes('😀')
  expect(offsetOfCursor(ines.text.doc, caret)).toBe(behindEmoji + 1)
  expect(offsetOfCursor(ines.text.doc, '5@' + 'ee'.repeat(16))).toBeNull()
  expect(cursorAt(ines.text.doc, 0)).toBeNull()
})
