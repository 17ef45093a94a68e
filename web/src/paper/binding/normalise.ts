/**
 * Keeps what people do on screen inside what a text can say. After each local transaction, and never after a remote one:
 *
 * - every block has an id for life, of its own. The first part of a split keeps it; a copy gets a new one; one that was undone comes back;
 * - the chapter's title stays the first block and a level-1 heading;
 * - tables, rows, columns and notes have ids as well, and a copy new ones;
 * - the document is a projection of its own blocks (no lone surrogates, no paragraph without a marker but a lone first one, every row of a
 *   table as long as the others).
 */
import type { Node } from 'prosemirror-model'
import { Plugin, type EditorState, type Transaction } from 'prosemirror-state'
import { changedWindow, differingPart } from '../text/diff'
import { blocksOfNode, buildNodes, isGhost } from '../text/model'
import { notesOf } from '../text/notes'
import { eachBlock } from '../text/places'
import { reconcile } from './read'
import { marks as M, nodes as N } from '../text/schema'

/** Transaction meta: `remote` for what Automerge said, `projection` for the corrections below. Absent: a person did it. */
export const ORIGIN = 'paper-origin'

/** Meta of a remote transaction whose steps say what changed, but not exactly where: what was mapped through it should be looked up anew. */
export const COARSE = 'paper-coarse'

export const isRemote = (tr: Transaction): boolean => tr.getMeta(ORIGIN) === 'remote'

export function normaliser(newId: () => string): Plugin {
  return new Plugin({
    filterTransaction: (tr, state) => isRemote(tr) || !tr.docChanged || keepsTitleFirst(state.doc, tr.doc),
    appendTransaction: (transactions, before, state) =>
      transactions.some((tr) => tr.docChanged) && !transactions.some(isRemote) ? normalise(state, before.doc, newId) : null,
  })
}

export const isTitle = (node: Node | null): boolean => node?.type === N.heading && node.attrs.level === 1

/** A title may change its words or be restored; nothing may be put before it. */
function keepsTitleFirst(before: Node, after: Node): boolean {
  const title = before.firstChild
  if (!title || !isTitle(title) || !title.attrs.id || after.firstChild?.attrs.id === title.attrs.id) return true
  return !after.children.some((node) => node.attrs.id === title.attrs.id)
}

function normalise(state: EditorState, before: Node, newId: () => string): Transaction | null {
  const tr = state.tr
  restoreTitle(tr, before)
  giveIds(tr, before, newId)
  giveTableIds(tr, before, newId)
  giveNoteIds(tr, before, newId)
  project(tr, before)
  return tr.docChanged ? tr.setMeta(ORIGIN, 'projection') : null
}

function restoreTitle(tr: Transaction, before: Node): void {
  const title = before.firstChild
  const first = tr.doc.firstChild
  if (!title || !first || !isTitle(title) || isTitle(first)) return
  const returns = !tr.doc.children.some((node) => node.attrs.id === title.attrs.id && node !== first)
  if (!first.isTextblock) tr.insert(0, N.heading.create(returns ? title.attrs : { level: 1 }))
  else tr.setNodeMarkup(0, N.heading, returns ? title.attrs : { level: 1, id: first.attrs.id })
}

function giveIds(tr: Transaction, before: Node, newId: () => string): void {
  const [old, neu] = [placedBlocks(before), placedBlocks(tr.doc)]
  const untouched = untouchedOf(old.map(nodeOf), neu.map(nodeOf))
  const owners = new OwnersOfIds(old.map(idOf), neu.filter((_, index) => untouched.has(index)).map(idOf))
  const lone = tr.doc.childCount === 1
  neu.forEach(({ node, position }, index) => {
    if (node.attrs.ghost === true) {
      if (isGhost(node) && index === 0 && untouched.has(index) && (node.content.size > 0 || lone)) return
      tr.setNodeAttribute(position, 'ghost', false)
    } else if (untouched.has(index) || owners.mayHave(node.attrs.id)) return
    if (node.type === N.unknown) {
      // Not our block to number: a copy goes without.
      if (node.attrs.id !== null) tr.setNodeAttribute(position, 'id', null)
      return
    }
    tr.setNodeAttribute(position, 'id', newId())
    for (const tie of ['renders', 'rendersSha256']) if (node.attrs[tie] !== null) tr.setNodeAttribute(position, tie, null)
  })
}

interface Placed {
  node: Node
  position: number
}

const nodeOf = ({ node }: Placed): Node => node
const idOf = ({ node }: Placed): unknown => node.attrs.id

function placedBlocks(doc: Node): Placed[] {
  const blocks: Placed[] = []
  eachBlock(doc, (node, position) => blocks.push({ node, position }))
  return blocks
}

/** Indexes of the nodes of `after` that were there before. One object may stand twice, as original and copy: only one of them was. */
function untouchedOf(before: readonly Node[], after: readonly Node[]): Set<number> {
  const { start, end } = differingPart(before, after)
  const left = new Map<Node, number>()
  for (const node of before.slice(start, before.length - end)) left.set(node, (left.get(node) ?? 0) + 1)
  const untouched = new Set<number>()
  after.forEach((node, index) => {
    const inWindow = index >= start && index < after.length - end
    const count = left.get(node) ?? 0
    if (inWindow && count === 0) return
    if (inWindow) left.set(node, count - 1)
    untouched.add(index)
  })
  return untouched
}

const isId = (value: unknown): value is string => typeof value === 'string' && value !== ''

/** Whether something touched may keep its id: it may, unless all that had that id before are still there. */
class OwnersOfIds {
  private readonly spare = new Map<string, number>()

  constructor(before: readonly unknown[], untouched: readonly unknown[]) {
    for (const id of before) if (isId(id)) this.spare.set(id, (this.spare.get(id) ?? 0) + 1)
    for (const id of untouched) this.mayHave(id)
  }

  /** Asking takes the place: the first in document order gets it. */
  mayHave(id: unknown): boolean {
    if (!isId(id)) return false
    const left = this.spare.get(id) ?? 1
    this.spare.set(id, left - 1)
    return left > 0
  }
}

/** Ids of touched tables, of their rows and columns: a copy is a table of its own, a new row has one id, a new column has one through all rows. */
function giveTableIds(tr: Transaction, before: Node, newId: () => string): void {
  const untouched = untouchedOf(before.children, tr.doc.children)
  const tables = (nodes: readonly Node[]) => nodes.filter((node) => node.type === N.table).map((node): unknown => node.attrs.table)
  const owners = new OwnersOfIds(tables(before.children), tables(tr.doc.children.filter((_, index) => untouched.has(index))))
  tr.doc.forEach((table, position, index) => {
    if (table.type !== N.table || untouched.has(index)) return
    if (!owners.mayHave(table.attrs.table)) tr.setNodeAttribute(position, 'table', newId())
    giveRowIds(tr, table, position + 1, newId)
    giveColumnIds(tr, table, position + 1, newId)
  })
}

function giveRowIds(tr: Transaction, table: Node, start: number, newId: () => string): void {
  let above: unknown = null
  table.forEach((row, offset) => {
    let id: unknown = row.attrs.row
    // Two neighbours with one id would be read as one row.
    if (!isId(id) || id === above) tr.setNodeAttribute(start + offset, 'row', (id = newId()))
    above = id
  })
}

function giveColumnIds(tr: Transaction, table: Node, start: number, newId: () => string): void {
  /** By their place in a row: the first that a cell in that place has. */
  const columns: unknown[] = []
  table.forEach((row) => row.forEach((cell, _, x) => {
    if (isId(cell.attrs.column) && !columns.includes(cell.attrs.column)) columns[x] ??= cell.attrs.column
  }))
  table.forEach((row, rowOffset) => {
    const used = new Set<unknown>()
    row.forEach((cell, offset, x) => {
      let column: unknown = cell.attrs.column
      if (isGhost(cell)) return
      if (!isId(column) || used.has(column)) {
        column = columns[x] !== undefined && !used.has(columns[x]) ? columns[x] : newId()
        columns[x] ??= column
        tr.setNodeAttribute(start + rowOffset + 1 + offset, 'column', column)
      }
      used.add(column)
    })
  })
}

/** A note is one stretch of words in one block. Copied, or cut by a paragraph break, it makes another. */
function giveNoteIds(tr: Transaction, before: Node, newId: () => string): void {
  const [old, neu] = [placedBlocks(before), placedBlocks(tr.doc)]
  const untouched = untouchedOf(old.map(nodeOf), neu.map(nodeOf))
  const touched = neu.filter((_, index) => !untouched.has(index)).map((each) => ({ ...each, notes: notesOf(each.node) }))
  if (touched.every(({ notes }) => notes.length === 0)) return
  const ids = (blocks: readonly Placed[]) => blocks.flatMap(({ node }) => notesOf(node).map(({ id }): unknown => id))
  const owners = new OwnersOfIds(ids(old), ids(neu.filter((_, index) => untouched.has(index))))
  for (const { position, notes } of touched) {
    for (const { id, from, to } of notes) {
      if (owners.mayHave(id)) continue
      const [start, end] = [position + 1 + from, position + 1 + to]
      tr.removeMark(start, end, M.footnote.create({ id })).addMark(start, end, M.footnote.create({ id: newId() }))
    }
  }
}

/** Replaces what changed by what the text can say of it. */
function project(tr: Transaction, before: Node): void {
  let { start, end } = changedWindow(before, tr.doc)
  const { children } = tr.doc
  const isTable = (index: number): boolean => children[index]?.type === N.table
  // A table may run on into its neighbour, now that nothing stands between them.
  if (isTable(start - 1) && isTable(start)) start--
  if (isTable(children.length - end - 1) && isTable(children.length - end)) end--
  const window = children.slice(start, children.length - end)
  const built = buildNodes(window.flatMap(blocksOfNode))
  if (built.length === window.length && built.every((node, i) => node.eq(window[i]))) return
  reconcile(tr, N.doc.create(null, [...children.slice(0, start), ...built, ...children.slice(children.length - end)]))
}
