/**
 * From the flat list of blocks that the server sends to the tree that HTML wants: items of a list inside their list, lists
 * inside the item above them. Nothing is invented or lost: every block appears once, in its order.
 */
import type { Block } from '../../api'

export type Piece =
  | { kind: 'block'; block: Block; number: number | null }
  | { kind: 'list'; ordered: boolean; items: Item[] }

export interface Item {
  block: Block
  /** Lists inside this item. */
  lists: List[]
}

type List = Extract<Piece, { kind: 'list' }>

/**
 * The blocks as a tree, the numbered paragraphs numbered from `firstNumber`. An item deeper than the one above by more than
 * one step hangs one step deeper only, for HTML has no list without an item.
 */
export function nest(blocks: readonly Block[], firstNumber: number): Piece[] {
  const pieces: Piece[] = []
  let open: List[] = [] // the lists that may still grow, outermost first
  let number = firstNumber
  for (const block of blocks) {
    const ordered = block.type === 'ordered-list-item'
    if (!ordered && block.type !== 'unordered-list-item') {
      open = []
      pieces.push({ kind: 'block', block, number: block.type === 'paragraph' && block.numbered ? number++ : null })
      continue
    }
    const depth = Math.min(block.depth ?? 0, open.length)
    open = open.slice(0, depth + 1)
    let list = open[depth]
    if (!list || list.ordered !== ordered) {
      list = { kind: 'list', ordered, items: [] }
      const parent = open[depth - 1]?.items.at(-1)
      if (parent) parent.lists.push(list)
      else pieces.push(list)
      open = [...open.slice(0, depth), list]
    }
    list.items.push({ block, lists: [] })
  }
  return pieces
}
