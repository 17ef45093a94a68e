/**
 * Notes: the words that carry the mark `footnote:ID` are the note. In the line stands a chip with its number; the words show in a box
 * below that line while the caret is in them, while they differ from what the text is compared with, or when the chip was pressed. Until then they
 * are out of sight, not out of the text: a screen reader reads them where they belong.
 *
 * A caret at the edge of a note is in it or beside it, and what is typed there must know which. ProseMirror has one position for both,
 * so this plugin remembers: whoever comes from inside, or pressed the chip, is inside. The chip then stands on the other side of the caret.
 *
 * A note without words does not exist. One that is begun (`beginNote`) is only remembered here until its first letter, and one whose last letter is
 * deleted goes on under its id until the caret leaves.
 */
import type { Mark, Node } from 'prosemirror-model'
import { Plugin, PluginKey, TextSelection, type Command, type EditorState, type Transaction } from 'prosemirror-state'
import { Decoration, DecorationSet, type EditorView } from 'prosemirror-view'
import type { NoteWords } from '../face'
import { placedNotes, type PlacedNote } from '../text/notes'
import { marks as M } from '../text/schema'

interface Notes {
  /** The number of the first note of this text. */
  first: number
  words: NoteWords
  /** Nobody writes here now: the chips are stops for Tab, for there is no caret. */
  reading: boolean
  /** The note the caret is in, edges included. It may have no words yet, or no more. */
  inside: { id: string; at: number } | null
  /** Pressed open, by id. */
  pressed: ReadonlySet<string>
  decorations: DecorationSet
}

/** What a transaction says to this plugin. */
interface Told {
  first?: number
  words?: NoteWords
  reading?: boolean
  /** Into this note, or out of the one the caret is in. */
  inside?: string | null
  press?: string
}

const key = new PluginKey<Notes>('notes')
const NO_WORDS: NoteWords = { note: '', placeholder: '' }

export function notes(): Plugin<Notes> {
  return new Plugin<Notes>({
    key,
    state: {
      init: (_config, state) => drawn({ first: 1, words: NO_WORDS, reading: false, inside: null, pressed: new Set() }, state.doc, state.selection),
      apply: (tr, was, before) => {
        const told = tr.getMeta(key) as Told | undefined
        if (!told && !tr.docChanged && !tr.selectionSet) return was
        const inside = caretInside(tr, was, told, before.selection.empty)
        const pressed = told?.press === undefined ? was.pressed : toggled(was.pressed, told.press)
        const { first, words, reading } = { ...was, ...told }
        return drawn({ first, words, reading, inside, pressed }, tr.doc, tr.selection)
      },
    },
    appendTransaction: (_transactions, _before, state) => rightMarks(state),
    props: {
      decorations: (state) => key.getState(state)?.decorations,
      // The edge of a note is one place for ProseMirror; the element that was pressed tells on which side.
      handleClick: (view, _position, event) => {
        const id = event.target instanceof Element ? event.target.closest('.note')?.getAttribute('data-note') : null
        if (id && view.editable) view.dispatch(view.state.tr.setMeta(key, { inside: id } satisfies Told).setMeta('addToHistory', false))
        return false
      },
      handleDOMEvents: {
        mousedown: (view, event) => pressedChip(view, event),
        keydown: (view, event) => keyOnChip(view, event),
      },
    },
  })
}

/** Without the plugin there is a text all the same, and no caret in a note. */
const notesOf = (state: EditorState): Omit<Notes, 'decorations' | 'pressed'> =>
  key.getState(state) ?? { first: 1, words: NO_WORDS, reading: false, inside: null }

/** Null when they are shown so already. */
export function withNotes(state: EditorState, told: Pick<Told, 'first' | 'words' | 'reading'>): Transaction | null {
  const { first, words, reading } = notesOf(state)
  const was = { first, words, reading }
  const same = JSON.stringify(was) === JSON.stringify({ ...was, ...told })
  return same ? null : state.tr.setMeta(key, told).setMeta('addToHistory', false)
}

/** The note whose words the caret is in or at, as the next letter would have it; null elsewhere. */
export const noteOfCaret = (state: EditorState): string | null => key.getState(state)?.inside?.id ?? null

// ---- where the caret is

/** `wasCaret`: nothing was selected before. */
function caretInside(tr: Transaction, was: Notes, told: Told | undefined, wasCaret: boolean): Notes['inside'] {
  const { selection, doc } = tr
  if (!(selection instanceof TextSelection)) return null
  const { from, to } = selection
  if (told?.inside !== undefined) return told.inside === null ? null : { id: told.inside, at: from }
  const around = placedNotes(doc, 1).filter((note) => note.from <= from && to <= note.to)
  // Between its first and its last letter one is inside; at an edge only who was already.
  const within = around.find((note) => from < to || (note.from < from && from < note.to))
  if (within) return { id: within.id, at: from }
  if (!was.inside) return null
  const stays = { id: was.inside.id, at: from }
  // A caret that moved within a note to its edge is still in it; a press beside the note is not.
  if (around.some(({ id }) => id === stays.id)) return tr.docChanged || tr.getMeta('pointer') === undefined ? stays : null
  // Its words are gone: letter by letter one goes on, a whole note that was chosen goes for good.
  const gone = !placedNotes(doc, 1).some(({ id }) => id === stays.id)
  return gone && wasCaret && from === to && tr.mapping.map(was.inside.at) === from ? stays : null
}

/** What the next letter carries follows from where the caret is, and not from its neighbours. */
function rightMarks(state: EditorState): Transaction | null {
  const { selection } = state
  if (!(selection instanceof TextSelection) || !selection.$cursor) return null
  const has = state.storedMarks ?? selection.$cursor.marks()
  const inside = notesOf(state).inside?.id ?? null
  let wanted: readonly Mark[] = has.filter((mark) => mark.type !== M.footnote || mark.attrs.id === inside)
  if (inside !== null) wanted = M.footnote.create({ id: inside }).addToSet(wanted)
  const same = wanted.length === has.length && wanted.every((mark) => mark.isInSet(has))
  return same ? null : state.tr.setStoredMarks(wanted).setMeta('addToHistory', false)
}

// ---- commands and keys

/** Begins a note at the end of the selection, or goes into the one that stands there. */
export function beginNote(newId: () => string): Command {
  return (state, dispatch) => {
    const { selection } = state
    if (!(selection instanceof TextSelection) || !selection.$head.parent.isTextblock) return false
    if (notesOf(state).inside) return false
    const at = selection.to
    const there = placedNotes(state.doc, 1).find((note) => note.from === at || note.to === at)
    const told: Told = { inside: there?.id ?? newId() }
    dispatch?.(state.tr.setSelection(TextSelection.create(state.doc, there ? there.to : at)).setMeta(key, told))
    return true
  }
}

/** Enter and Escape in a note: back to the line, behind its chip. */
export const leaveNote: Command = (state, dispatch) => {
  const { inside } = notesOf(state)
  if (!inside) return false
  const note = noteWithId(state, inside.id)
  const told: Told = { inside: null }
  dispatch?.(state.tr.setSelection(TextSelection.create(state.doc, note?.to ?? state.selection.to)).setMeta(key, told))
  return true
}

/** An arrow passes a closed note in one step, and leaves an open one at its end. */
export function passNote(arrow: 'ArrowLeft' | 'ArrowRight'): Command {
  return (state, dispatch, view) => {
    const { selection } = state
    const rightToLeft = view !== undefined && getComputedStyle(view.dom).direction === 'rtl'
    const direction = (arrow === 'ArrowRight') === rightToLeft ? 'back' : 'forward'
    if (!(selection instanceof TextSelection) || !selection.$cursor) return false
    const at = selection.from
    const { inside } = notesOf(state)
    const all = placedNotes(state.doc, 1)
    const told: Told = { inside: null }
    const go = (position: number): boolean => {
      dispatch?.(state.tr.setSelection(TextSelection.create(state.doc, position)).setMeta(key, told).scrollIntoView())
      return true
    }
    if (inside) {
      const own = all.find(({ id }) => id === inside.id)
      const edge = direction === 'forward' ? own?.to : own?.from
      return (edge ?? at) === at && go(at)
    }
    const next = all.find((note) => (direction === 'forward' ? note.from : note.to) === at)
    return next !== undefined && go(direction === 'forward' ? next.to : next.from)
  }
}

/** Backspace behind a chip, or Delete before it, first chooses the whole note. */
export function chooseNote(direction: 'forward' | 'back'): Command {
  return (state, dispatch) => {
    const { selection } = state
    if (!(selection instanceof TextSelection) || !selection.$cursor || notesOf(state).inside) return false
    const at = selection.from
    const note = placedNotes(state.doc, 1).find((one) => (direction === 'back' ? one.to : one.from) === at)
    if (!note) return false
    dispatch?.(state.tr.setSelection(TextSelection.create(state.doc, note.from, note.to)).scrollIntoView())
    return true
  }
}

const noteWithId = (state: EditorState, id: string): PlacedNote | undefined => placedNotes(state.doc, 1).find((note) => note.id === id)

const chipOf = (event: Event): string | null =>
  event.target instanceof Element ? (event.target.closest('.note-chip')?.getAttribute('data-note') ?? null) : null

function pressedChip(view: EditorView, event: MouseEvent): boolean {
  const id = chipOf(event)
  if (id === null || event.button !== 0) return false
  event.preventDefault()
  press(view, id)
  return true
}

function keyOnChip(view: EditorView, event: KeyboardEvent): boolean {
  const id = chipOf(event)
  if (id === null || (event.key !== 'Enter' && event.key !== ' ')) return false
  event.preventDefault()
  press(view, id)
  return true
}

/** Where one writes, the caret goes into the note; where one reads, its words open and close. */
function press(view: EditorView, id: string): void {
  const { state } = view
  const note = noteWithId(state, id)
  if (!note) return
  if (!view.editable) return view.dispatch(state.tr.setMeta(key, { press: id } satisfies Told).setMeta('addToHistory', false))
  const told: Told = { inside: notesOf(state).inside?.id === id ? null : id }
  view.dispatch(state.tr.setSelection(TextSelection.create(state.doc, note.to)).setMeta(key, told))
  view.focus()
}

function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids)
  if (!next.delete(id)) next.add(id)
  return next
}

// ---- what is drawn

function drawn(notes: Omit<Notes, 'decorations'>, doc: Node, { from, to }: { from: number; to: number }): Notes {
  const { first, inside, pressed, words, reading } = notes
  const all: Decoration[] = []
  const placed = placedNotes(doc, first)
  for (const note of placed) {
    const chosen = from < to && from <= note.from && note.to <= to && to - from === note.to - note.from
    const open = inside?.id === note.id || pressed.has(note.id) || chosen
    if (open) all.push(Decoration.inline(note.from, note.to, { class: 'opened' }))
    // At the end of the note the caret stands before the chip while it is inside.
    const side = inside?.id === note.id ? 1 : -1
    all.push(
      Decoration.widget(note.to, () => chip(note, { open, reading, words }), {
        key: `note ${note.id} ${note.number} ${open} ${reading} ${side} ${words.note}`, side, ignoreSelection: true, marks: [],
      }),
    )
  }
  if (inside && !placed.some(({ id }) => id === inside.id)) {
    const number = first + placed.filter((note) => note.to <= inside.at).length
    all.push(Decoration.widget(inside.at, () => emptyBox(number, words), { key: `note empty ${number}`, side: 1, ignoreSelection: true, marks: [] }))
  }
  return { ...notes, decorations: DecorationSet.create(doc, all) }
}

function chip({ id, number }: PlacedNote, { open, reading, words }: { open: boolean; reading: boolean; words: NoteWords }): HTMLElement {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'note-chip'
  button.contentEditable = 'false'
  // Where one writes, Tab belongs to the text; the caret reaches the note all the same.
  button.tabIndex = reading ? 0 : -1
  button.dataset.note = id
  button.setAttribute('aria-label', `${words.note} ${number}`.trim())
  button.setAttribute('aria-expanded', String(open))
  button.textContent = String(number)
  return button
}

function emptyBox(number: number, words: NoteWords): HTMLElement {
  const box = document.createElement('span')
  box.className = 'note-empty'
  box.contentEditable = 'false'
  box.dataset.number = String(number)
  box.textContent = words.placeholder
  return box
}
