/** What people do to tables: rows, columns and cells keep what they are through everybody's edits, and no slip joins two cells. */
import * as A from '@automerge/automerge/slim'
import { describe, expect, test } from 'vitest'
import { backspace, deleteForward, enter } from '../surface/commands'
import {
  addColumn, addRow, cellBelow, clearAcrossCells, deleteColumn, deleteRow, deleteTable, insertTable, nextCell, previousCell, toggleHeaderRow,
} from '../surface/tables'
import { select } from '../testing/acts'
import { meet, people, type Person } from '../testing/people'
import { TEXT_PATH } from '../text/automerge'
import { offsetOf } from '../text/places'
import { marks as M, nodes as N, schema } from '../text/schema'

const TEXT = ['# Título', 'hola mundo', 'fin']

/** A table of two columns after "hola mundo": the head, then Túnez and Lyon. */
function withTable(...names: string[]): Person[] {
  const all = people(TEXT, names)
  const [first] = all
  first.at('mundo', 5).does(insertTable(3, 2))
  for (const word of ['Ciudad', 'Año', 'Túnez', '2015', 'Lyon', '2016']) first.types(word).does(nextCell)
  first.undoes() // the row that the last Tab added
  meet(...all)
  return all
}

const table = (person: Person): string[] => person.lines().find((line) => line.startsWith('|'))?.split('\n') ?? []

function cellIds(person: Person): unknown[][] {
  const node = person.shown.children.find((each) => each.type === N.table)
  return node?.children.map((row) => [row.attrs.row, ...row.children.map((cell) => cell.attrs.column)]) ?? []
}

describe('a table is made of cells that are blocks of the text', () => {
  test('it is inserted behind the paragraph, with a head, and Tab walks through it', () => {
    const [ines] = withTable('Inés')
    expect(ines.lines()).toEqual(['# Título', 'hola mundo', '|#Ciudad|#Año|\n|Túnez|2015|\n|Lyon|2016|', 'fin'])
    ines.checks()
    const markers = A.spans(ines.text.doc, TEXT_PATH).filter(({ type }) => type === 'block').map(({ value }) => value as Record<string, unknown>)
    const cells = markers.filter(({ type }) => String(type) === 'table-cell').map(({ attrs }) => attrs as Record<string, unknown>)
    expect(cells).toHaveLength(6)
    expect(new Set(cells.map(({ table: id }) => String(id))).size).toBe(1)
    expect(new Set(cells.map(({ row }) => String(row))).size).toBe(3)
    expect(new Set(cells.map(({ column }) => String(column))).size).toBe(2)
    expect(new Set(cells.map(({ id }) => String(id))).size).toBe(6)
    expect(cells.map((cell) => cell.header)).toEqual([true, true, false, false, false, false])
    expect(cells.every(({ row }) => A.isImmutableString(row))).toBe(true)
  })

  test('Tab behind the last cell adds a row, Enter goes down and leaves at the end', () => {
    const [ines] = withTable('Inés')
    ines.at('2016', 4).does(nextCell)
    ines.types('Lisboa')
    expect(table(ines).at(-1)).toBe('|Lisboa||')
    ines.at('Ciudad').does(enter)
    ines.types('>')
    expect(table(ines)[1]).toBe('|>Túnez|2015|')
    ines.at('Lisboa').does(enter)
    ines.types('«')
    expect(ines.lines().at(-1)).toBe('«fin')
    ines.at('Año').does(previousCell)
    expect(ines.at('Ciudad').does(previousCell)).toBe(true)
    ines.checks()
  })

  test('rows and columns come and go; with the last one goes the table', () => {
    const [ines] = withTable('Inés')
    ines.at('Túnez').does(addRow('after'))
    ines.types('Beirut')
    ines.at('2015').does(addColumn('after'))
    ines.types('siete')
    expect(table(ines)).toEqual(['|#Ciudad|#Año|#|', '|Túnez|2015|siete|', '|Beirut|||', '|Lyon|2016||'])
    ines.at('2015').does(deleteColumn)
    ines.at('Lyon').does(deleteRow)
    expect(table(ines)).toEqual(['|#Ciudad|#|', '|Túnez|siete|', '|Beirut||'])
    ines.checks()
    for (const word of ['Ciudad', 'Túnez', 'Beirut']) ines.at(word).does(deleteRow)
    expect(ines.lines()).toEqual(TEXT)
    ines.undoes()
    expect(table(ines)).toEqual(['|Beirut||'])
    ines.checks()
  })

  test('nothing goes above the head, and the head can be turned off and on', () => {
    const [ines] = withTable('Inés')
    ines.at('Año').does(addRow('before'))
    expect(table(ines)).toEqual(['|#Ciudad|#Año|', '|||', '|Túnez|2015|', '|Lyon|2016|'])
    ines.at('Año').does(toggleHeaderRow)
    expect(table(ines)[0]).toBe('|Ciudad|Año|')
    ines.does(toggleHeaderRow)
    expect(table(ines)[0]).toBe('|#Ciudad|#Año|')
    ines.checks()
  })

  test('a table at the end of the text leaves a paragraph to write in, and its deletion joins nothing', () => {
    const [ines] = people(['# Título', 'uno'], ['Inés'])
    ines.at('uno', 3).does(insertTable(1, 1))
    expect(ines.lines()).toEqual(['# Título', 'uno', '|#|', ''])
    ines.does(deleteTable)
    expect(ines.lines()).toEqual(['# Título', 'uno', ''])
    ines.checks()
  })
})

describe('two people at one table', () => {
  test('a row and a column added at once are both there, and the cell where they cross is supplied', () => {
    const [ines, samir] = withTable('Inés', 'Samir')
    ines.at('Túnez').does(addRow('after'))
    ines.types('Beirut')
    samir.at('Año').does(addColumn('after'))
    samir.types('País')
    meet(ines, samir)
    expect(table(ines)).toEqual(['|#Ciudad|#Año|#País|', '|Túnez|2015||', '|Beirut||·|', '|Lyon|2016||'])
    expect(samir.shown.eq(ines.shown)).toBe(true)
    const before = A.getHeads(ines.text.doc)
    ines.text.flush()
    expect(A.getHeads(ines.text.doc)).toEqual(before) // nothing is written because of a read
  })

  test('a word typed in the supplied cell makes it real, in its row and its column', () => {
    const [ines, samir] = withTable('Inés', 'Samir')
    ines.at('Túnez').does(addRow('after'))
    ines.types('Beirut')
    samir.at('Año').does(addColumn('after'))
    samir.types('País')
    meet(ines, samir)
    ines.at('Beirut').does(nextCell)
    ines.does(nextCell)
    ines.types('Líbano')
    meet(ines, samir)
    expect(table(samir)[2]).toBe('|Beirut||Líbano|')
    expect(cellIds(ines)[2].slice(1)).toEqual(cellIds(ines)[0].slice(1))
    ines.checks()
  })

  test('both fill the supplied cell at once: both words are there to be seen', () => {
    const [ines, samir] = withTable('Inés', 'Samir')
    ines.at('Túnez').does(addRow('after'))
    ines.types('Beirut')
    samir.at('Año').does(addColumn('after'))
    meet(ines, samir)
    for (const person of [ines, samir]) {
      person.at('Beirut').does(nextCell)
      person.does(nextCell)
      person.types(person.name)
    }
    meet(ines, samir)
    expect(table(ines)[2]).toContain('Inés')
    expect(table(ines)[2]).toContain('Samir')
    expect(samir.shown.eq(ines.shown)).toBe(true)
  })

  test('one types in a row that the other deletes: what was typed is not lost', () => {
    const [ines, samir] = withTable('Inés', 'Samir')
    ines.at('2015', 4).types(' y 2016')
    samir.at('Túnez').does(deleteRow)
    meet(ines, samir)
    expect(ines.lines().join('\n')).toContain(' y 2016')
    expect(samir.shown.eq(ines.shown)).toBe(true)
  })

  test('Inés undoes her row; the words Samir wrote in it stay', () => {
    const [ines, samir] = withTable('Inés', 'Samir')
    ines.at('Túnez').does(addRow('after'))
    meet(ines, samir)
    samir.at('Túnez').does(cellBelow)
    samir.types('Ammán')
    meet(ines, samir)
    ines.undoes()
    meet(ines, samir)
    expect(samir.lines().join('\n')).toContain('Ammán')
  })
})

describe('no slip joins cells', () => {
  test('a selection through cells loses its words and keeps its cells', () => {
    const [ines] = withTable('Inés')
    select(ines, ines.positionOfWord('Túnez') + 2, ines.positionOfWord('2016') + 2)
    ines.does(backspace)
    expect(table(ines)).toEqual(['|#Ciudad|#Año|', '|Tú||', '||16|'])
    ines.types('x')
    expect(table(ines)[1]).toBe('|Túx||')
    ines.undoes()
    ines.undoes()
    expect(table(ines)[1]).toBe('|Túnez|2015|')
    ines.checks()
  })

  test('a selection from the words before into a cell takes only words', () => {
    const [ines] = withTable('Inés')
    select(ines, ines.positionOfWord('mundo'), ines.positionOfWord('Túnez') + 2)
    ines.does(deleteForward)
    expect(ines.lines()).toEqual(['# Título', 'hola ', '|#|#|\n|nez|2015|\n|Lyon|2016|', 'fin'])
    ines.checks()
  })

  test('a table within a selection goes with it', () => {
    const [ines] = withTable('Inés')
    select(ines, ines.positionOfWord('mundo'), ines.positionOfWord('fin') + 1)
    ines.does(backspace)
    expect(ines.lines()).toEqual(['# Título', 'hola in'])
    ines.checks()
  })

  test('Backspace at the start of a cell and Delete at its end hold', () => {
    const [ines] = withTable('Inés')
    const before = ines.shown
    expect(ines.at('2015').does(backspace)).toBe(true)
    expect(ines.at('2015', 4).does(deleteForward)).toBe(true)
    expect(ines.shown.eq(before)).toBe(true)
    expect(ines.does(clearAcrossCells)).toBe(false)
  })

  test('Delete at the end of the paragraph before does not pull the table in', () => {
    const [ines] = withTable('Inés')
    ines.at('mundo', 5).does(deleteForward)
    expect(table(ines)).toHaveLength(3)
    ines.checks()
  })
})

describe('copies', () => {
  test('a copied table is one of its own, beside the first as well', () => {
    const [ines] = withTable('Inés')
    const node = ines.shown.child(2)
    ines.dispatch(ines.text.state.tr.insert(ines.shown.content.size - 5, node))
    expect(ines.lines().filter((line) => line.startsWith('|'))).toHaveLength(2)
    const [first, second] = ines.shown.children.filter((each) => each.type === N.table)
    expect(first.attrs.table).not.toBe(second.attrs.table)
    expect(new Set(ines.ids()).size).toBe(ines.ids().length)
    ines.checks()
  })

  test('a paragraph that another tool put into a table makes two of it, and without it they are one again', () => {
    const [ines] = withTable('Inés')
    const place = offsetOf(ines.shown, ines.positionOfWord('Lyon') - 2)
    const other = A.change(A.clone(ines.text.doc), (draft) => {
      A.splitBlock(draft, TEXT_PATH, place, { type: new A.ImmutableString('paragraph'), parents: [], attrs: {}, isEmbed: false })
    })
    ines.receives(A.getChanges(ines.text.doc, other))
    expect(ines.lines().slice(2)).toEqual(['|#Ciudad|#Año|\n|Túnez|2015|', '', '|Lyon|2016|', 'fin'])
    const start = ines.shown.children.slice(0, 3).reduce((sum, node) => sum + node.nodeSize, 0)
    ines.dispatch(ines.text.state.tr.delete(start, start + 2))
    expect(ines.lines().slice(2)).toEqual(['|#Ciudad|#Año|\n|Túnez|2015|\n|Lyon|2016|', 'fin'])
    ines.checks()
  })
})

describe('notes', () => {
  const note = (person: Person): unknown[] => {
    const ids: unknown[] = []
    person.shown.descendants((node) => void node.marks.forEach((mark) => mark.type === M.footnote && ids.push(mark.attrs.id)))
    return ids
  }

  test('a copied note is one of its own, a moved one is the same', () => {
    const [ines] = people(TEXT, ['Inés'])
    const at = ines.positionOfWord('mundo') + 5
    ines.dispatch(ines.text.state.tr.insert(at, schema.text('véase', [M.footnote.create({ id: 'f000000000000001' })])))
    const copy = ines.shown.slice(at, at + 5)
    ines.at('fin').dispatch(ines.text.state.tr.replaceSelection(copy))
    expect(note(ines)).toEqual(['f000000000000001', expect.not.stringMatching('f000000000000001')])
    const second = note(ines)[1]
    select(ines, at, at + 5)
    ines.dispatch(ines.text.state.tr.deleteSelection())
    expect(note(ines)).toEqual([second])
    ines.at('hola').dispatch(ines.text.state.tr.replaceSelection(copy))
    expect(note(ines)).toEqual(['f000000000000001', second])
    ines.checks()
  })

  test('a note that a paragraph break cuts is two notes', () => {
    const [ines] = people(TEXT, ['Inés'])
    const at = ines.positionOfWord('mundo') + 5
    ines.dispatch(ines.text.state.tr.insert(at, schema.text('véase allí', [M.footnote.create({ id: 'f000000000000001' })])))
    ines.dispatch(ines.text.state.tr.split(at + 5))
    expect(note(ines)).toEqual(['f000000000000001', expect.not.stringMatching('f000000000000001')])
    ines.checks()
  })
})
