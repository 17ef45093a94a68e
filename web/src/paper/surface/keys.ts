/**
 * Keyboard. Mod is Ctrl, or Cmd on a Mac.
 *
 * | Keys | |
 * |---|---|
 * | Mod-B, Mod-I, Mod-K | strong, emphasis, link |
 * | Mod-Z, Shift-Mod-Z, Mod-Y | undo, redo |
 * | Mod-Alt-0, -1, -2, -3 | paragraph, numbered paragraph, heading, lower heading |
 * | Mod-Shift-7, -8, -9 | numbered list, list, quotation |
 * | Mod-Alt-M | comment on the selection |
 * | Mod-Alt-B | brackets around the selection |
 * | Mod-Alt-F | a note at the caret, or into the one that stands there; Enter and Escape lead out of it |
 * | Mod-Alt-C | cite a source |
 * | Tab, Shift-Tab | in a list: deeper, shallower; in a table: next cell, previous cell; elsewhere they leave the text |
 * | Enter, Mod-Enter | in a table: the cell below; out of the table |
 * | Escape, then Tab | leaves the text from anywhere |
 *
 * At the start of a paragraph `- `, `1) `, `> `, `## `, `### ` change its kind; `1. ` makes it a numbered paragraph, as in our Markdown.
 */
import { baseKeymap, chainCommands } from 'prosemirror-commands'
import { InputRule, inputRules } from 'prosemirror-inputrules'
import { keydownHandler } from 'prosemirror-keymap'
import { EditorState, Plugin, type Command, type Transaction } from 'prosemirror-state'
import { chooseNote, leaveNote, passNote } from '../decorations/notes'
import type { Command as CommandName } from '../face'
import { nodes as N } from '../text/schema'
import { backspace, commands, deleteForward, enter, indentInList, outdentInList } from './commands'
import { downFromLastRow, leaveTable, nextCell, previousCell } from './tables'

export interface Keys {
  undo(): boolean
  redo(): boolean
  link(): void
  comment(): void
  bracket(): void
  note: Command
  citation(): void
}

export function keyboard({ undo, redo, link, comment, bracket, note, citation }: Keys): Plugin[] {
  let leaving = false
  const handle = keydownHandler({
    ...baseKeymap,
    'Mod-b': commands.strong,
    'Mod-i': commands.em,
    'Mod-k': () => (link(), true),
    'Mod-Alt-m': () => (comment(), true),
    'Mod-Alt-b': () => (bracket(), true),
    'Mod-Alt-f': note,
    'Mod-Alt-c': () => (citation(), true),
    'Mod-z': () => undo(),
    'Shift-Mod-z': () => redo(),
    'Mod-y': () => redo(),
    'Mod-Alt-0': commands.paragraph,
    'Mod-Alt-1': commands.numbered,
    'Mod-Alt-2': commands.heading2,
    'Mod-Alt-3': commands.heading3,
    'Mod-Shift-7': commands.ordered,
    'Mod-Shift-8': commands.unordered,
    'Mod-Shift-9': commands.quote,
    Tab: chainCommands(nextCell, indentInList),
    'Shift-Tab': chainCommands(previousCell, outdentInList),
    'Mod-Enter': leaveTable,
    ArrowDown: downFromLastRow,
    Enter: chainCommands(leaveNote, enter),
    ArrowLeft: passNote('ArrowLeft'),
    ArrowRight: passNote('ArrowRight'),
    Escape: leaveNote,
    // A line break within a paragraph has no place in the schema.
    'Shift-Enter': chainCommands(leaveNote, enter),
    Backspace: chainCommands(chooseNote('back'), backspace, baseKeymap.Backspace),
    Delete: chainCommands(chooseNote('forward'), deleteForward, baseKeymap.Delete),
  })
  return [
    inputRules({ rules }),
    new Plugin({
      props: {
        handleKeyDown: (view, event) => {
          const leave = leaving && event.key === 'Tab'
          if (event.key !== 'Shift') leaving = event.key === 'Escape'
          return leave ? false : handle(view, event)
        },
      },
    }),
  ]
}

const rules = [
  kindRule(/^- $/, 'unordered'),
  kindRule(/^1\) $/, 'ordered'),
  kindRule(/^\d+\. $/, 'numbered'),
  kindRule(/^> $/, 'quote'),
  kindRule(/^## $/, 'heading2'),
  kindRule(/^### $/, 'heading3'),
]

/** Only in a plain paragraph: elsewhere the characters are words. */
function kindRule(pattern: RegExp, name: CommandName & keyof typeof commands): InputRule {
  return new InputRule(pattern, (state, _match, start, end) => {
    const { parent } = state.doc.resolve(start)
    if (parent.type !== N.paragraph || parent.attrs.numbered) return null
    return afterDeleting(state, start, end, commands[name])
  })
}

/** One transaction: the typed sign goes and the block changes its kind. */
function afterDeleting(state: EditorState, start: number, end: number, command: Command): Transaction {
  const tr = state.tr.delete(start, end)
  const without = EditorState.create({ doc: tr.doc, selection: tr.selection })
  command(without, (change) => change.steps.forEach((step) => void tr.step(step)))
  return tr
}
