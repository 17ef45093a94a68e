/**
 * From the flat list of blocks that the server sends to the tree that HTML wants: items of a list inside their list, lists
 * inside the item above them, cells in the rows of their table. Nothing is invented or lost: every block appears once, in its order.
 */
import type { Block } from '../../api'
import { gridOf } from '../../paper/text/grid'

export type Piece =
  | { kind: 'block'; block: Block; number: number | null }
  | { kind: 'list'; ordered: boolean; items: Item[] }
  | { kind: 'table'; id: string; rows: TableRow[] }

export interface Item {
  block: Block
  /** Lists inside this item. */
  lists: List[]
}

/** A row of a table; null where it lacks a cell. */
export interface TableRow {
  /** Every cell is a head. */
  head: boolean
  cells: (Block | null)[]
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
  for (const [at, block] of blocks.entries()) {
    if (block.type === 'table-cell') {
      open = []
      if (at > 0 && blocks[at - 1]?.type === 'table-cell' && blocks[at - 1]?.table === block.table) continue
      pieces.push(tableFrom(blocks.slice(at)))
      continue
    }
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

/** The table that these blocks begin with. */
function tableFrom(blocks: readonly Block[]): Piece {
  const end = blocks.findIndex((block) => block.type !== 'table-cell' || block.table !== blocks[0]?.table)
  const cells = end < 0 ? blocks : blocks.slice(0, end)
  const { rows } = gridOf(cells, ({ row = '', column = '' }) => ({ row, column }))
  const head = (places: readonly (Block | null)[]) => places.every((cell) => cell === null || cell.header === true)
  return { kind: 'table', id: cells[0]?.id ?? '', rows: rows.map((row) => ({ head: head(row.cells), cells: row.cells })) }
}
