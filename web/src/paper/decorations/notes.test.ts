import { EditorState, TextSelection, type Command } from 'prosemirror-state'
import { describe, expect, test } from 'vitest'
import { marks as M, nodes as N, schema } from '../text/schema'
import { beginNote, chooseNote, leaveNote, noteOfCaret, notes, passNote } from './notes'

const ID = 'f000000000000001'
const note = (words: string) => schema.text(words, [M.footnote.create({ id: ID })])

/** A paragraph with a caret, in which one types, presses and presses again. */
class Desk {
  state: EditorState

  constructor(...words: (string | ReturnType<typeof note>)[]) {
    const content = words.map((each) => (typeof each === 'string' ? schema.text(each) : each))
    this.state = EditorState.create({ doc: N.doc.create(null, N.paragraph.create(null, content)), plugins: [notes()] })
  }

  /** After this many letters, as a press of the mouse does it or as a key does. */
  caret(letters: number, how: 'pointer' | 'key' = 'key'): this {
    const tr = this.state.tr.setSelection(TextSelection.create(this.state.doc, 1 + letters))
    this.state = this.state.apply(how === 'pointer' ? tr.setMeta('pointer', true) : tr)
    return this
  }

  does(command: Command): boolean {
    return command(this.state, (tr) => (this.state = this.state.apply(tr)))
  }

  types(words: string): this {
    this.state = this.state.apply(this.state.tr.insertText(words))
    return this
  }

  backspaces(): this {
    const { from, to } = this.state.selection
    this.state = this.state.apply(this.state.tr.delete(from === to ? from - 1 : from, to))
    return this
  }

  /** `Así(véase)`: notes in brackets. */
  get reads(): string {
    const words = this.state.doc.firstChild?.children.map((child) => (M.footnote.isInSet(child.marks) ? `(${child.text})` : (child.text ?? '')))
    return words?.join('') ?? ''
  }
}

const newId = () => ID

describe('what is typed at the edge of a note', () => {
  test('a note is begun, written and left by keyboard', () => {
    const desk = new Desk('Así.').caret(3)
    expect(desk.does(beginNote(newId))).toBe(true)
    expect([desk.reads, noteOfCaret(desk.state)]).toEqual(['Así.', ID])
    expect(desk.types('véase').types(' allí').reads).toBe('Así(véase allí).')
    expect(desk.does(leaveNote)).toBe(true)
    expect(desk.types(', aquí').reads).toBe('Así(véase allí), aquí.')
    expect(desk.does(leaveNote)).toBe(false)
  })

  test('a note that was begun and left without a word was none', () => {
    const desk = new Desk('Así.').caret(3)
    desk.does(beginNote(newId))
    desk.caret(1)
    expect([desk.types('x').reads, noteOfCaret(desk.state)]).toEqual(['Axsí.', null])
  })

  test('a press beside its number is not in it, a caret that came from inside is', () => {
    expect(new Desk('Así', note('véase'), '.').caret(8, 'pointer').types('x').reads).toBe('Así(véase)x.')
    expect(new Desk('Así', note('véase'), '.').caret(6).caret(8).types('x').reads).toBe('Así(véasex).')
    expect(new Desk('Así', note('véase'), '.').caret(3).types('x').reads).toBe('Asíx(véase).')
    expect(new Desk(note('véase'), '.').caret(0).types('x').reads).toBe('x(véase).')
  })

  test('the command goes into the note that stands there', () => {
    const desk = new Desk('Así', note('véase'), '.').caret(8)
    expect(desk.does(beginNote(() => 'f000000000000002'))).toBe(true)
    expect(desk.types('!').reads).toBe('Así(véase!).')
  })
})

describe('going past it', () => {
  test('an arrow passes a closed note in one step and leaves an open one at its end', () => {
    const desk = new Desk('Así', note('véase'), '.').caret(3)
    expect(desk.does(passNote('ArrowRight'))).toBe(true)
    expect([desk.state.selection.from, noteOfCaret(desk.state)]).toEqual([9, null])
    expect(desk.does(passNote('ArrowLeft'))).toBe(true)
    expect(desk.state.selection.from).toBe(4)
    desk.caret(5)
    expect(desk.does(passNote('ArrowRight'))).toBe(false)
    desk.caret(8)
    expect([desk.does(passNote('ArrowRight')), noteOfCaret(desk.state)]).toEqual([true, null])
    expect(desk.types('x').reads).toBe('Así(véase)x.')
  })

  test('Backspace behind its number chooses it, then takes it away for good', () => {
    const desk = new Desk('Así', note('véase'), '.').caret(8)
    expect(desk.does(chooseNote('back'))).toBe(true)
    expect([desk.state.selection.from, desk.state.selection.to]).toEqual([4, 9])
    expect([desk.backspaces().reads, noteOfCaret(desk.state)]).toEqual(['Así.', null])
  })

  test('words typed over a whole note are the note; whose last letter is deleted goes on writing it', () => {
    const desk = new Desk('Así', note('v'), '.').caret(4)
    desk.does(chooseNote('back'))
    expect(desk.types('x').types('y').reads).toBe('Así(xy).')
    desk.backspaces().backspaces()
    expect([desk.reads, noteOfCaret(desk.state)]).toEqual(['Así.', ID])
    expect(desk.types('z').reads).toBe('Así(z).')
  })
})
