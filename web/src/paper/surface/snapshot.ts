/** What toolbars and outlines show of an editor state. */
import type { MarkType, Node } from 'prosemirror-model'
import { NodeSelection, type EditorState } from 'prosemirror-state'
import type { BlockKind, EditorSnapshot } from '../face'
import { isTitle } from '../binding/normalise'
import { placedNotes } from '../text/notes'
import { eachBlock } from '../text/places'
import { marks as M, nodes as N } from '../text/schema'
import { linkAt } from './commands'
import { cellAt, hasHeaderRow, widthOf } from './tables'
import { citationOfCaret } from '../decorations/citations'
import { noteOfCaret } from '../decorations/notes'
import { countNumbered } from '../decorations/numbers'
import { changesIn } from '../decorations/redline'

const PREVIEW_LENGTH = 200

export function snapshotOf(state: EditorState, history: { canUndo: boolean; canRedo: boolean }): EditorSnapshot {
  const { doc, selection } = state
  const { $head, from, to } = selection
  return {
    strong: isActive(state, M.strong),
    em: isActive(state, M.em),
    link: linkAt(state),
    block: kindOf($head.depth > 0 ? $head.parent : (doc.firstChild as Node), $head.index(0)),
    selectionEmpty: selection.empty,
    selectedWords: doc.textBetween(from, Math.min(to, from + PREVIEW_LENGTH * 2), ' ').slice(0, PREVIEW_LENGTH).toWellFormed(),
    ...history,
    characters: charactersOf(doc),
    numbered: countNumbered(doc),
    title: doc.firstChild?.textContent ?? '',
    table: tableAt(state),
    picture: pictureAt(state),
    inNote: noteOfCaret(state) !== null,
    citation: citationOfCaret(state),
    notes: placedNotes(doc, 1).length,
    changes: changesIn(state),
  }
}

function tableAt({ selection }: EditorState): EditorSnapshot['table'] {
  const place = cellAt(selection.$head)
  return place && { rows: place.table.childCount, columns: widthOf(place.table), header: hasHeaderRow(place.table) }
}

function pictureAt({ selection }: EditorState): EditorSnapshot['picture'] {
  const node = selection instanceof NodeSelection ? selection.node : selection.$head.parent
  if (node.type !== N.image || typeof node.attrs.id !== 'string') return null
  const { id, blob, alt, credit } = node.attrs
  return { id, blob, alt, credit }
}

function charactersOf(doc: Node): number {
  let sum = 0
  eachBlock(doc, (node) => void (sum += node.content.size))
  return sum
}

/** Strong for a caret: what the next letter would be. For a selection: whether all of it is. */
function isActive(state: EditorState, mark: MarkType): boolean {
  const { empty, from, to, $head } = state.selection
  if (empty) return mark.isInSet(state.storedMarks ?? $head.marks()) !== undefined
  let all = true
  let words = false
  state.doc.nodesBetween(from, to, (node) => {
    if (!node.isText) return
    words = true
    all &&= mark.isInSet(node.marks) !== undefined
  })
  return words && all
}

function kindOf(node: Node, index: number): BlockKind {
  switch (node.type) {
    case N.heading:
      if (index === 0 && isTitle(node)) return 'title'
      return node.attrs.level === 2 ? 'heading2' : node.attrs.level === 3 ? 'heading3' : 'heading'
    case N.paragraph:
      return node.attrs.numbered ? 'numbered' : 'paragraph'
    case N.quote:
      return 'quote'
    case N.ordered:
      return 'ordered'
    case N.unordered:
      return 'unordered'
    case N.table_cell:
      return 'cell'
    case N.image:
      return 'image'
    default:
      return 'unknown'
  }
}
