/**
 * Where the blocks of an editor document are: positions in ProseMirror, offsets in the Automerge text.
 *
 * Offsets count UTF-16 units of the text; a block marker counts one. Everything here walks the top-level nodes, and into the tables
 * among them: no index is kept, and none can go stale.
 */
import type { Node } from 'prosemirror-model'
import { isGhost } from './model'
import { nodes as N } from './schema'

/** Every block of the text, cells of tables included, with the position before it. In the order of the text; ghost cells are none of its blocks. */
export function eachBlock(doc: Node, visit: (node: Node, position: number) => void): void {
  doc.forEach((node, position) => eachBlockOf(node, position, visit))
}

/** The blocks of one node that stands at `position`: itself, or the cells in it. */
function eachBlockOf(node: Node, position: number, visit: (node: Node, position: number) => void): void {
  if (node.type === N.table_cell && isGhost(node)) return
  if (node.isTextblock) visit(node, position)
  else node.forEach((child, offset) => eachBlockOf(child, position + 1 + offset, visit))
}

/** The block with this id, and the position before it; null when there is none. */
export function blockWithId(doc: Node, id: string): { node: Node; position: number } | null {
  let found: { node: Node; position: number } | null = null
  eachBlock(doc, (node, position) => {
    if (!found && node.attrs.id === id) found = { node, position }
  })
  return found
}

const lengths = new WeakMap<Node, number>()

/** Units of the text that a node stands for. */
export function lengthOf(node: Node): number {
  if (node.isTextblock) return node.content.size + (isGhost(node) ? 0 : 1)
  let length = lengths.get(node)
  if (length === undefined) lengths.set(node, (length = node.children.reduce((sum, child) => sum + lengthOf(child), 0)))
  return length
}

/** ProseMirror position → offset in the Automerge text. */
export function offsetOf(doc: Node, position: number): number {
  let offset = 0
  for (let node = doc; ; ) {
    let holder: Node | null = null
    for (const child of node.children) {
      if (position < child.nodeSize) {
        holder = child
        break
      }
      position -= child.nodeSize
      offset += lengthOf(child)
    }
    if (!holder || position === 0) return offset
    position--
    if (holder.isTextblock) return offset + (isGhost(holder) ? 0 : 1) + position
    node = holder
  }
}

/** Offset in the Automerge text → the ProseMirror position inside the block that holds it. An offset before a marker belongs to the block before it. */
export function positionOf(doc: Node, offset: number): number {
  let position = 0
  for (let node = doc; ; ) {
    let holder: Node | null = null
    for (const child of node.children) {
      const length = lengthOf(child)
      if (offset <= length && (length > 0 || (child.isTextblock && child.type !== N.table_cell))) {
        holder = child
        break
      }
      offset -= length
      position += child.nodeSize
    }
    if (!holder) return position - 1
    position++
    if (holder.isTextblock) return position + Math.max(0, offset - (isGhost(holder) ? 0 : 1))
    node = holder
  }
}
