/**
 * Undo among several people, as stories. Each begins with the same text; Inés undoes, and in the end both read the same.
 */
import { describe, expect, test } from 'vitest'
import { meet, people, type Person } from '../testing/people'
import { commands, enter } from '../surface/commands'

const TEXT = ['# Título', 'hola mundo']

function story(tell: (ines: Person, samir: Person) => void): string[] {
  const [ines, samir] = people(TEXT, ['Inés', 'Samir'])
  tell(ines, samir)
  ines.checks()
  meet(ines, samir)
  expect(samir.lines()).toEqual(ines.lines())
  return ines.lines()
}

describe("undo takes back one's own words and nobody else's", () => {
  test('1. Inés types, Samir types before it, Inés undoes', () => {
    const lines = story((ines, samir) => {
      ines.typesBefore('mundo', 'gran ')
      meet(ines, samir)
      samir.typesBefore('hola', 'oh ')
      meet(ines, samir)
      ines.undoes()
    })
    expect(lines).toEqual(['# Título', 'oh hola mundo'])
  })

  test('2. Samir types inside the word Inés typed, Inés undoes: his letters stay', () => {
    const lines = story((ines, samir) => {
      ines.typesBefore('mundo', 'gran ')
      meet(ines, samir)
      samir.at('gran', 2).types('##')
      meet(ines, samir)
      ines.undoes()
    })
    expect(lines).toEqual(['# Título', 'hola ##mundo'])
  })

  test('3. Inés deletes a word, Samir types elsewhere in the paragraph, Inés undoes', () => {
    const lines = story((ines, samir) => {
      ines.deletes('hola ')
      meet(ines, samir)
      samir.typesAfter('mundo', '!')
      meet(ines, samir)
      ines.undoes()
    })
    expect(lines).toEqual(['# Título', 'hola mundo!'])
  })

  test('4. Inés deletes a word in which Samir types at the same time, Inés undoes', () => {
    const lines = story((ines, samir) => {
      samir.at('hola', 2).types('##')
      ines.deletes('hola ')
      meet(ines, samir)
      ines.undoes()
    })
    expect(lines[1]).toMatch(/^(##hola |hola ##)mundo$/)
  })

  test('5. Inés splits a paragraph, Samir types in its second half, Inés undoes: one paragraph again', () => {
    const lines = story((ines, samir) => {
      ines.at('mundo').does(enter)
      meet(ines, samir)
      samir.typesBefore('mundo', '## ')
      meet(ines, samir)
      ines.undoes()
    })
    expect(lines).toEqual(['# Título', 'hola ## mundo'])
  })

  test('6. Inés splits a paragraph, Samir splits the second half again, Inés undoes: his split stays', () => {
    const lines = story((ines, samir) => {
      ines.at('mundo').does(enter)
      meet(ines, samir)
      samir.at('ndo').does(enter)
      meet(ines, samir)
      ines.undoes()
    })
    expect(lines).toEqual(['# Título', 'hola mu', 'ndo'])
  })

  test('7. Inés types a word, Samir deletes the paragraph, Inés undoes and redoes: nothing to do', () => {
    const lines = story((ines, samir) => {
      ines.typesBefore('mundo', 'gran ')
      meet(ines, samir)
      samir.deletesBlockOf('hola')
      meet(ines, samir)
      ines.undoes()
      ines.redoes()
    })
    expect(lines).toEqual(['# Título'])
  })

  test('8. Inés deletes a paragraph that Samir edits at the same time, Inés undoes: his words are still there', () => {
    const lines = story((ines, samir) => {
      samir.typesBefore('mundo', '## ')
      ines.deletesBlockOf('hola')
      meet(ines, samir)
      ines.undoes()
    })
    expect(lines.join('\n')).toContain('## ')
    expect(lines.join('\n')).toContain('hola mundo')
  })

  test('9. Inés makes a word strong, Samir types inside it, Inés undoes', () => {
    const lines = story((ines, samir) => {
      ines.selects('hola').does(commands.strong)
      meet(ines, samir)
      samir.at('hola', 2).types('##')
      meet(ines, samir)
      expect(ines.lines()[1]).toBe('*ho##la* mundo')
      ines.undoes()
    })
    expect(lines[1].replaceAll('*', '')).toBe('ho##la mundo')
    expect(lines[1]).not.toMatch(/\*(ho|la)\*/)
  })

  test('10. Inés makes a heading, Samir types in it, Inés undoes: a paragraph with his words', () => {
    const lines = story((ines, samir) => {
      ines.at('hola').does(commands.heading3)
      meet(ines, samir)
      samir.typesBefore('hola', '##')
      meet(ines, samir)
      ines.undoes()
    })
    expect(lines).toEqual(['# Título', '##hola mundo'])
  })

  test('11. Inés chooses level 3, then Samir level 2, Inés undoes: the accepted imperfection, hers wins', () => {
    const lines = story((ines, samir) => {
      ines.at('hola').does(commands.heading3)
      meet(ines, samir)
      samir.at('hola').does(commands.heading2)
      meet(ines, samir)
      ines.undoes()
    })
    expect(lines).toEqual(['# Título', 'hola mundo'])
  })

  test('redo brings the word back where it was', () => {
    const lines = story((ines, samir) => {
      ines.typesBefore('mundo', 'gran ')
      meet(ines, samir)
      ines.undoes()
      samir.typesBefore('hola', 'oh ')
      meet(ines, samir)
      ines.redoes()
    })
    expect(lines).toEqual(['# Título', 'oh hola gran mundo'])
  })

  test('what was written in an earlier session is not undone, nor is it anybody\'s loss', () => {
    const [ines] = people(TEXT, ['Inés'])
    expect(ines.undoes()).toBe(false)
    expect(ines.lines()).toEqual(TEXT)
  })
})
