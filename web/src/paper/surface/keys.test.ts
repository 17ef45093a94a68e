// @vitest-environment jsdom
import '../testing/automerge-in-node'
import { EditorState, TextSelection } from 'prosemirror-state'
import { EditorView } from 'prosemirror-view'
import { afterEach, expect, test, vi } from 'vitest'
import { nodes as N, schema } from '../text/schema'
import { keyboard } from './keys'

const asked = { undo: vi.fn(() => true), redo: vi.fn(() => true), link: vi.fn(), comment: vi.fn(), bracket: vi.fn(), note: vi.fn(() => true), citation: vi.fn() }
let view: EditorView

function at(...blocks: import('prosemirror-model').Node[]): void {
  const state = EditorState.create({ doc: N.doc.create(null, blocks), plugins: keyboard(asked) })
  view = new EditorView(document.body.appendChild(document.createElement('div')), { state })
  view.dispatch(state.tr.setSelection(TextSelection.atEnd(state.doc)))
}

afterEach(() => view.destroy())

/** True when the key was taken. */
function press(key: string, modifiers: KeyboardEventInit = {}): boolean {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...modifiers })
  return view.someProp('handleKeyDown', (handle) => handle(view, event)) === true
}

function type(text: string): void {
  for (const letter of text) {
    const { from, to } = view.state.selection
    if (!view.someProp('handleTextInput', (handle) => handle(view, from, to, letter, () => view.state.tr.insertText(letter)))) {
      view.dispatch(view.state.tr.insertText(letter))
    }
  }
}

const kinds = (): string[] => view.state.doc.children.map((node) => `${node.type.name}${node.attrs.level ?? ''}${node.attrs.numbered ? ' numbered' : ''} ${node.textContent}`)

test.each([
  ['- ', 'unordered x'],
  ['1) ', 'ordered x'],
  ['1. ', 'paragraph numbered x'],
  ['> ', 'quote x'],
  ['## ', 'heading2 x'],
  ['### ', 'heading3 x'],
])('"%s" at the start of a paragraph changes its kind', (sign, kind) => {
  at(N.heading.create({ level: 1 }), N.paragraph.create())
  type(`${sign}x`)
  expect(kinds()[1]).toBe(kind)
})

test('in a title and in the middle of a sentence the signs are words', () => {
  at(N.heading.create({ level: 1 }))
  type('- x')
  expect(kinds()).toEqual(['heading1 - x'])
  view.destroy()
  at(N.paragraph.create(null, schema.text('a ')))
  type('- x')
  expect(kinds()).toEqual(['paragraph a - x'])
})

test('Tab goes deeper in a list, and leaves the text elsewhere or after Escape', () => {
  at(N.paragraph.create(null, schema.text('a')))
  expect(press('Tab')).toBe(false)
  view.destroy()
  at(N.unordered.create(), N.unordered.create())
  expect(press('Tab')).toBe(true)
  expect(view.state.doc.child(1).attrs.depth).toBe(1)
  press('Escape')
  expect(press('Tab')).toBe(false)
  expect(press('Tab')).toBe(true)
  press('Escape')
  expect(press('Shift')).toBe(false)
  expect(press('Tab', { shiftKey: true })).toBe(false)
})

test('shortcuts reach marks, kinds, links, comments, brackets and undo', () => {
  at(N.paragraph.create(null, schema.text('a')))
  expect(press('b', { ctrlKey: true })).toBe(true)
  expect(view.state.storedMarks?.[0].type.name).toBe('strong')
  press('2', { ctrlKey: true, altKey: true })
  expect(kinds()).toEqual(['heading2 a'])
  press('k', { ctrlKey: true })
  press('m', { ctrlKey: true, altKey: true })
  press('b', { ctrlKey: true, altKey: true })
  press('z', { ctrlKey: true })
  press('Z', { ctrlKey: true, shiftKey: true, keyCode: 90 })
  press('y', { ctrlKey: true })
  expect([asked.link, asked.comment, asked.bracket, asked.undo, asked.redo].map((call) => call.mock.calls.length)).toEqual([1, 1, 1, 1, 2])
})
