/**
 * Notes and citations in the words of a block: stretches that carry one mark. A note is what its words say; a citation stands for the
 * source of the paper that its id names.
 */
import type { Mark, MarkType, Node } from 'prosemirror-model'
import { eachBlock } from './places'
import { marks as M } from './schema'

/** Offsets from the start of the block's words; end excluded. */
export interface Stretch {
  id: string
  from: number
  to: number
}

const memos = new Map<MarkType, WeakMap<Node, readonly Stretch[]>>()

export const notesOf = (block: Node): readonly Stretch[] => stretchesOf(block, M.footnote)
export const citationsOf = (block: Node): readonly Stretch[] => stretchesOf(block, M.citation)

/** In the order in which they begin. Memoised: a keystroke costs one block. */
function stretchesOf(block: Node, type: MarkType): readonly Stretch[] {
  let memo = memos.get(type)
  if (!memo) memos.set(type, (memo = new WeakMap()))
  let found = memo.get(block)
  if (!found) memo.set(block, (found = look(block, type)))
  return found
}

function look(block: Node, type: MarkType): readonly Stretch[] {
  const stretches: Stretch[] = []
  block.forEach((child, offset) => {
    for (const mark of child.marks) {
      if (mark.type !== type) continue
      const { id } = mark.attrs
      const last = stretches.findLast((one) => one.id === id)
      if (last && last.to === offset) last.to += child.nodeSize
      else stretches.push({ id, from: offset, to: offset + child.nodeSize })
    }
  })
  return stretches
}

/** The notes that a position lies within: what is drawn there belongs into their box. */
export function noteMarksAt(doc: Node, position: number): readonly Mark[] {
  const { nodeBefore, nodeAfter } = doc.resolve(position)
  return nodeBefore && nodeAfter ? nodeBefore.marks.filter((mark) => mark.type === M.footnote && mark.isInSet(nodeAfter.marks)) : []
}

/** A note where it stands: positions of the document, and its number from `first` on. */
export interface PlacedNote extends Stretch {
  number: number
}

export function placedNotes(doc: Node, first: number): PlacedNote[] {
  const notes: PlacedNote[] = []
  eachBlock(doc, (block, position) => {
    for (const { id, from, to } of notesOf(block)) notes.push({ id, from: position + 1 + from, to: position + 1 + to, number: first + notes.length })
  })
  return notes
}
