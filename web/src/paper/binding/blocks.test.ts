/** What people do to blocks: which ids live on, which kinds follow, and characters that are more than one code unit. */
import * as A from '@automerge/automerge/slim'
import { AllSelection } from 'prosemirror-state'
import { describe, expect, test } from 'vitest'
import { TEXT_PATH } from '../text/automerge'
import { positionOf } from '../text/places'
import { anchorOf, rangeOf } from '../passages/anchor'
import { schema } from '../text/schema'
import { backspace, commands, deleteForward, enter } from '../surface/commands'
import { meet, people, type Person } from '../testing/people'

const TEXT = ['# Título', 'hola mundo', 'N. Quien llega']

function alone(lines = TEXT): { ines: Person; ids: (string | null)[] } {
  const [ines] = people(lines, ['Inés'])
  return { ines, ids: ines.ids() }
}

describe('DOC: a paragraph id is for life', () => {
  test('splitting: the first part keeps it, the second gets a new one', () => {
    const { ines, ids } = alone()
    ines.at('mundo').does(enter)
    expect(ines.lines()).toEqual(['# Título', 'hola ', 'mundo', 'N. Quien llega'])
    expect(ines.ids()).toEqual([ids[0], ids[1], expect.stringMatching(/^[0-9a-f]{16}$/), ids[2]])
    expect(ids).not.toContain(ines.ids()[2])
    ines.checks()
  })

  test('joining: the first survives', () => {
    const { ines, ids } = alone()
    ines.at('Quien').does(commands.paragraph)
    ines.at('Quien').does(backspace)
    expect(ines.lines()).toEqual(['# Título', 'hola mundoQuien llega'])
    expect(ines.ids()).toEqual([ids[0], ids[1]])
  })

  test('joining forwards: the first survives', () => {
    const { ines, ids } = alone()
    ines.at('mundo', 5).does(deleteForward)
    expect(ines.ids()).toEqual([ids[0], ids[1]])
  })

  test('changing the kind, in every direction, keeps it', () => {
    const { ines, ids } = alone()
    for (const kind of ['heading2', 'quote', 'unordered', 'ordered', 'numbered', 'heading3', 'paragraph'] as const) {
      ines.at('hola').does(commands[kind])
      expect(ines.ids()).toEqual(ids)
      ines.checks()
    }
  })

  test('undo of a split and of a deletion brings the old ids back', () => {
    const { ines, ids } = alone()
    ines.at('mundo').does(enter)
    ines.undoes()
    expect(ines.ids()).toEqual(ids)
    ines.deletesBlockOf('hola')
    ines.undoes()
    expect(ines.ids()).toEqual(ids)
    expect(ines.lines()).toEqual(TEXT)
  })

  test('Enter at the start puts an empty block before: the words keep their id, and their comment', () => {
    const { ines, ids } = alone()
    const anchor = anchorOf(ines.text.doc, { start: 8, end: 12 }, 'hola', () => false)
    ines.at('hola').does(enter)
    expect(ines.lines()).toEqual(['# Título', '', 'hola mundo', 'N. Quien llega'])
    expect(ines.ids()).toEqual([ids[0], expect.any(String), ids[1], ids[2]])
    expect(rangeOf(ines.text.doc, anchor)).toEqual({ start: 9, end: 13 })
    ines.checks()
  })

  test('a copied block gets a new id, wherever it is put', () => {
    const { ines, ids } = alone()
    const block = ines.shown.child(2)
    const copy = block.copy(block.content)
    ines.dispatch(ines.text.state.tr.insert(ines.positionOfWord('hola') - 1, copy))
    ines.dispatch(ines.text.state.tr.insert(ines.shown.content.size, block))
    expect(ines.lines()).toEqual(['# Título', 'N. Quien llega', 'hola mundo', 'N. Quien llega', 'N. Quien llega'])
    expect(ines.ids()[3]).toBe(ids[2])
    expect(new Set(ines.ids()).size).toBe(5)
  })

  test('a moved block keeps it', () => {
    const { ines, ids } = alone()
    const block = ines.shown.child(1)
    const at = ines.positionOfWord('hola') - 1
    const tr = ines.text.state.tr.delete(at, at + block.nodeSize)
    ines.dispatch(tr.insert(tr.doc.content.size, block))
    expect(ines.ids()).toEqual([ids[0], ids[2], ids[1]])
  })

  test('a doubled id from elsewhere is left to the server, which repairs it once for all', () => {
    const { ines, ids } = alone()
    const doubled = A.change(A.clone(ines.text.doc), (draft) => {
      A.splitBlock(draft, TEXT_PATH, 0, { type: new A.ImmutableString('paragraph'), parents: [], attrs: { id: new A.ImmutableString(String(ids[2])) }, isEmbed: false })
    })
    ines.receives(A.getChanges(ines.text.doc, doubled))
    expect(ines.sent).toHaveLength(0)
    expect(ines.ids().filter((id) => id === ids[2])).toHaveLength(2)
    ines.typesAfter('llega', '!')
    expect(ines.ids().filter((id) => id === ids[2])).toHaveLength(2)
  })

  test('the tie to the rendered paragraph stays with the first part and survives a change of kind', () => {
    const { ines } = alone()
    const at = ines.positionOfWord('hola') - 1
    ines.dispatch(ines.text.state.tr.setNodeAttribute(at, 'renders', 'aaaaaaaaaaaaaaaa').setNodeAttribute(at, 'rendersSha256', 'bbbbbbbbbbbbbbbb'))
    ines.at('hola').does(commands.quote)
    ines.at('mundo').does(enter)
    expect(ines.shown.children.map((node) => node.attrs.renders)).toEqual([null, 'aaaaaaaaaaaaaaaa', null, null])
    ines.checks()
  })
})

describe('the title', () => {
  test('cannot be deleted, joined away or changed in kind', () => {
    const { ines, ids } = alone()
    expect(ines.at('Título').does(commands.quote)).toBe(false)
    ines.at('Título').does(backspace)
    ines.dispatch(ines.text.state.tr.setSelection(new AllSelection(ines.shown)))
    ines.dispatch(ines.text.state.tr.deleteSelection())
    expect(ines.lines()).toEqual(['# '])
    expect(ines.ids()).toEqual([ids[0]])
    ines.undoes()
    expect(ines.lines()).toEqual(TEXT)
    ines.checks()
  })

  test('Enter in it starts a paragraph, also at its start', () => {
    const { ines, ids } = alone()
    ines.at('tulo').does(enter)
    expect(ines.lines().slice(0, 2)).toEqual(['# Tí', 'tulo'])
    ines.undoes()
    ines.at('Título').does(enter)
    expect(ines.lines().slice(0, 3)).toEqual(['# Título', '', 'hola mundo'])
    expect(ines.ids()[0]).toBe(ids[0])
  })

  test('nothing can be put before it', () => {
    const { ines } = alone()
    ines.dispatch(ines.text.state.tr.insert(0, ines.shown.child(1)))
    expect(ines.lines()).toEqual(TEXT)
  })
})

describe('Enter and Backspace', () => {
  test('at the end of an item, a quotation or a numbered paragraph one more follows, after a heading a paragraph', () => {
    const { ines } = alone(['# Título', '- uno', '> cita', 'N. número', '## Apartado'])
    for (const word of ['uno', 'cita', 'número', 'Apartado']) ines.at(word, word.length).does(enter)
    expect(ines.lines()).toEqual(['# Título', '- uno', '- ', '> cita', '> ', 'N. número', 'N. ', '## Apartado', ''])
    expect(new Set(ines.ids()).size).toBe(9)
  })

  test('an empty list item moves out, then ends the list', () => {
    const { ines } = alone(['# Título', '- uno'])
    ines.at('uno', 3).does(enter)
    ines.does(commands.indent)
    expect(ines.lines()).toEqual(['# Título', '- uno', '  - '])
    ines.does(enter)
    expect(ines.lines()[2]).toBe('- ')
    ines.does(enter)
    expect(ines.lines()[2]).toBe('')
  })

  test('a list item is at most one deeper than the one above', () => {
    const { ines } = alone(['# Título', '- uno', '- dos'])
    ines.at('uno')
    expect(ines.does(commands.indent)).toBe(false)
    ines.at('dos')
    expect(ines.does(commands.indent)).toBe(true)
    expect(ines.does(commands.indent)).toBe(false)
    expect(ines.lines()).toEqual(['# Título', '- uno', '  - dos'])
  })

  test('Backspace at the start first ends list, quotation and number, then joins', () => {
    const { ines } = alone(['# Título', 'hola', '> cita'])
    ines.at('cita').does(backspace)
    expect(ines.lines()[2]).toBe('cita')
    ines.does(backspace)
    expect(ines.lines()[1]).toBe('holacita')
  })
})

describe('characters of several code units', () => {
  test('an emoji before a strong word: the words typed after it stay strong', () => {
    const { ines } = alone(['# Título', '😀 hola mundo'])
    ines.selects('hola').does(commands.strong)
    ines.typesAfter('hola', 's')
    ines.checks()
    expect(ines.lines()[1]).toBe('😀 *holas* mundo')
  })

  test('replacing é by è replaces the whole letter, and a family stays whole', () => {
    const { ines } = alone(['# Título', 'cafe\u0301 👨‍👩‍👧 aquí'])
    const before = A.getHeads(ines.text.doc)
    ines.selects('e\u0301').types('e\u0300')
    ines.checks()
    const patches = A.diff(ines.text.doc, before, A.getHeads(ines.text.doc))
    expect(patches.map((patch) => patch.action)).toEqual(['del', 'splice'])
    expect(patches[1]).toMatchObject({ value: 'e\u0300' })
    ines.selects('👨‍👩‍👧').types('👨‍👩‍👦')
    ines.checks()
    expect(ines.lines()[1]).toBe('cafe\u0300 👨‍👩‍👦 aquí')
  })

  test('a vowel sign typed on a letter leaves the letter to its author', () => {
    const { ines } = alone(['# Título', 'كتاب'])
    const actor = () => A.getCursor(ines.text.doc, TEXT_PATH, positionOf(ines.shown, 8) - ines.positionOfWord('ك') + 8)
    const letter = actor()
    ines.typesAfter('ك', '\u0650')
    expect(actor()).toBe(letter)
    ines.checks()
  })

  test('a lone surrogate never reaches the text', () => {
    const { ines } = alone()
    ines.typesAfter('hola', '\ud83d')
    expect(ines.lines()[1]).toBe('hola\ufffd mundo')
    ines.checks()
  })

  test('the caret stays behind the emoji it followed when others type before it', () => {
    const [ines, samir] = people(['# Título', 'hola 😀 mundo'], ['Inés', 'Samir'])
    ines.at('😀', 2)
    samir.typesBefore('hola', 'oh ')
    meet(ines, samir)
    const { head } = ines.text.state.selection
    expect(ines.shown.textBetween(head - 2, head)).toBe('😀')
  })
})

describe('what others do', () => {
  test('the caret stays in its word when the block is split, joined and retyped elsewhere', () => {
    const [ines, samir] = people(TEXT, ['Inés', 'Samir'])
    ines.at('mundo', 2)
    samir.at('hola', 4).does(enter)
    samir.at('mundo').does(commands.quote)
    meet(ines, samir)
    ines.types('X')
    expect(ines.lines()).toEqual(['# Título', 'hola', '>  muXndo', 'N. Quien llega'])
  })

  test('two people change kind and words of one paragraph at once: both hold, and it is one paragraph', () => {
    const [ines, samir] = people(TEXT, ['Inés', 'Samir'])
    ines.at('hola').does(commands.heading2)
    samir.at('hola').does(commands.quote)
    samir.typesAfter('mundo', '!')
    meet(ines, samir)
    expect(ines.lines()).toHaveLength(3)
    expect(ines.lines()).toEqual(samir.lines())
    expect(ines.lines()[1]).toMatch(/hola mundo!$/)
  })

  test('a block and a mark of another tool are shown, kept through edits, and come back by undo as they were', () => {
    const { ines } = alone()
    const raw = { type: new A.ImmutableString('aside'), parents: [], attrs: { of: new A.ImmutableString('elsewhere'), n: 3 }, isEmbed: false }
    const other = A.change(A.clone(ines.text.doc), (draft) => {
      A.splitBlock(draft, TEXT_PATH, 18, raw)
      A.splice(draft, TEXT_PATH, 19, 0, 'al margen')
      A.mark(draft, TEXT_PATH, { start: 19, end: 21, expand: 'none' }, 'footnote:7', true)
    })
    ines.receives(A.getChanges(ines.text.doc, other))
    expect(ines.lines()).toContain('? al margen')
    const spans = () => JSON.stringify(A.spans(ines.text.doc, TEXT_PATH).slice(-4))
    const before = spans()
    ines.deletesBlockOf('margen')
    ines.undoes()
    ines.checks()
    expect(JSON.parse(spans()).map((span: { marks?: object }) => span.marks ?? null)).toEqual(JSON.parse(before).map((span: { marks?: object }) => span.marks ?? null))
    expect(ines.shown.children.find((node) => node.type.name === 'unknown')?.attrs.raw).toContain('"of":"elsewhere"')
  })
})

test('words typed over a range keep what both have in common, and marks land on their words', () => {
  // Once the mark went two letters too far: the place of an insertion is not its last place when something before it is deleted after it.
  const { ines } = alone(['# Título', 'abXc'])
  ines.selects('X').does(commands.strong)
  const at = ines.positionOfWord('abXc')
  ines.dispatch(ines.text.state.tr.replaceWith(at, at + 4, [schema.text('b'), schema.text('X', [schema.marks.strong.create()]), schema.text('z')]))
  ines.checks()
  expect(ines.lines()[1]).toBe('b*X*z')
})

test('a large paste becomes several changes, none of them too large to relay', () => {
  const { ines } = alone()
  ines.at('mundo').types('palabra '.repeat(2_000))
  expect(ines.sent.length).toBeGreaterThan(2)
  for (const change of ines.sent) expect(A.decodeChange(change).ops.length).toBeLessThanOrEqual(5_000)
  ines.checks()
})
