/** What the selection means in the text: its caret, what a comment on it must carry, and who wrote it. The text must be written. */
import type { Node } from 'prosemirror-model'
import type { EditorState } from 'prosemirror-state'
import type { PaperDoc } from '../text/automerge'
import { blocksOf, isGhost } from '../text/model'
import { eachBlock, offsetOf } from '../text/places'
import { anchorOf, type Anchor, type TextRange } from './anchor'
import { attributionOf, type AttributedWords } from './attribution'
import { cursorAt } from './caret'

/** Automerge cursors of the elements before head and anchor. */
export function caretOfSelection(doc: PaperDoc, { doc: shown, selection }: EditorState): { caret: string | null; anchor: string | null } {
  const cursor = (position: number) => cursorAt(doc, offsetOf(shown, position))
  return { caret: cursor(selection.head), anchor: cursor(selection.anchor) }
}

/** Null when no words are selected, or when their first paragraph has no id yet. */
export function anchorOfSelection(doc: PaperDoc, { doc: shown, selection }: EditorState): { anchor: Anchor; paragraph: string } | null {
  const { from, to, empty } = selection
  if (empty) return null
  const quote = shown.textBetween(from, to, '\n').toWellFormed()
  const markers = markerOffsets(shown)
  const anchor = anchorOf(doc, rangeBetween(shown, from, to), quote, (index) => markers.has(index))
  const paragraph = blockAt(shown, from)?.attrs.id
  return anchor.runs.length > 0 && paragraph ? { anchor, paragraph } : null
}

/** With nothing selected, of the paragraph that holds the caret. */
export function attributionOfSelection(doc: PaperDoc, { doc: shown, selection }: EditorState): AttributedWords[] {
  const { $head, from, to, empty } = selection
  const range = empty ? rangeBetween(shown, $head.start(), $head.end()) : rangeBetween(shown, from, to)
  // Index for index the Automerge text, a line break for each marker.
  const units = blocksOf(shown).flatMap(({ marker, runs }) => [marker ? '\n' : '', ...runs.map((run) => run.text)]).join('')
  return attributionOf(doc, range, (start, end) => units.slice(start, end))
}

/** The block that holds a position; before one, that one. In front of a table it is the first cell. */
export function blockAt(shown: Node, position: number): Node | null {
  const $at = shown.resolve(position)
  if ($at.parent.isTextblock) return $at.parent
  let node = $at.nodeAfter
  while (node && !node.isTextblock) node = node.firstChild
  return node
}

function rangeBetween(shown: Node, from: number, to: number): TextRange {
  return { start: offsetOf(shown, from), end: offsetOf(shown, to) }
}

function markerOffsets(shown: Node): Set<number> {
  const offsets = new Set<number>()
  eachBlock(shown, (node, position) => !isGhost(node) && offsets.add(offsetOf(shown, position)))
  return offsets
}
