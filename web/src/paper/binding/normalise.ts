/**
 * Keeps what people do on screen inside what a text can say. After each local transaction, and never after a remote one:
 *
 * - every block has an id for life, of its own. The first part of a split keeps it; a copy gets a new one; one that was undone comes back;
 * - the chapter's title stays the first block and a level-1 heading;
 * - the document is a projection of its own blocks (no lone surrogates, no paragraph without a marker but a lone first one).
 */
import type { Node } from 'prosemirror-model'
import { Plugin, type EditorState, type Transaction } from 'prosemirror-state'
import { changedWindow } from '../text/diff'
import { isBlockId, isGhost, projected } from '../text/model'
import { reconcile } from './read'
import { nodes as N } from '../text/schema'

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
  project(tr, before)
  return tr.docChanged ? tr.setMeta(ORIGIN, 'projection') : null
}

function restoreTitle(tr: Transaction, before: Node): void {
  const title = before.firstChild
  const first = tr.doc.firstChild
  if (!title || !first || !isTitle(title) || isTitle(first)) return
  const returns = !tr.doc.children.some((node) => node.attrs.id === title.attrs.id && node !== first)
  tr.setNodeMarkup(0, N.heading, returns ? title.attrs : { level: 1, id: first.attrs.id })
}

function giveIds(tr: Transaction, before: Node, newId: () => string): void {
  const untouched = untouchedBlocks(before, tr.doc)
  const owners = new OwnersOfIds(before, tr.doc, untouched)
  const lone = tr.doc.childCount === 1
  tr.doc.forEach((node, position, index) => {
    if (isGhost(node)) {
      if (index === 0 && untouched.has(index) && (node.content.size > 0 || lone)) return
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

/** Indexes of the blocks of `after` that were there before. One object may stand twice, as original and copy: only one of them was. */
function untouchedBlocks(before: Node, after: Node): Set<number> {
  const { start, end } = changedWindow(before, after)
  const left = new Map<Node, number>()
  for (const node of before.children.slice(start, before.childCount - end)) left.set(node, (left.get(node) ?? 0) + 1)
  const untouched = new Set<number>()
  after.children.forEach((node, index) => {
    const inWindow = index >= start && index < after.childCount - end
    const count = left.get(node) ?? 0
    if (inWindow && count === 0) return
    if (inWindow) left.set(node, count - 1)
    untouched.add(index)
  })
  return untouched
}

/** Whether a touched block may keep its id: it may, unless all blocks that had that id before are still there. */
class OwnersOfIds {
  private readonly spare = new Map<string, number>()

  constructor(before: Node, after: Node, untouched: Set<number>) {
    for (const { attrs } of before.children) if (isBlockId(attrs.id)) this.spare.set(attrs.id, (this.spare.get(attrs.id) ?? 0) + 1)
    for (const index of untouched) this.mayHave(after.child(index).attrs.id)
  }

  /** Asking takes the place: the first in document order gets it. */
  mayHave(id: unknown): boolean {
    if (!isBlockId(id)) return false
    const left = this.spare.get(id) ?? 1
    this.spare.set(id, left - 1)
    return left > 0
  }
}

function project(tr: Transaction, before: Node): void {
  const { start, end } = changedWindow(before, tr.doc)
  const children = tr.doc.children.map((node, i) => (i < start || i >= tr.doc.childCount - end ? node : projected(node)))
  if (children.every((node, i) => node === tr.doc.child(i))) return
  reconcile(tr, N.doc.create(null, children))
}
