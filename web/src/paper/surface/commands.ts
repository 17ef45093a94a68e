/**
 * What people do to blocks and marks, as ProseMirror commands: pure functions of a state that may dispatch one transaction.
 *
 * Blocks keep their id through every change of kind. The title keeps its place and its kind, and unknown blocks are left as they are.
 */
import { chainCommands, deleteSelection, joinBackward, joinForward, splitBlockAs, toggleMark } from 'prosemirror-commands'
import type { Attrs, Node, NodeType } from 'prosemirror-model'
import { NodeSelection, Selection, TextSelection, type Command, type EditorState } from 'prosemirror-state'
import type { Command as CommandName } from '../face'
import { isTitle } from '../binding/normalise'
import { isAllowedHref, LIST_DEPTH_LIMIT, marks as M, nodes as N } from '../text/schema'
import { addColumn, addRow, cellBelow, clearAcrossCells, deleteColumn, deleteRow, deleteTable, toggleHeaderRow } from './tables'

/** All but those that need more than a state: undo, redo, and notes, which get ids. */
export const commands: Record<Exclude<CommandName, 'undo' | 'redo' | 'note' | 'leaveNote'>, Command> = {
  strong: toggleMark(M.strong),
  em: toggleMark(M.em),
  paragraph: become(N.paragraph, { numbered: false }),
  numbered: toggleKind(N.paragraph, { numbered: true }),
  heading2: become(N.heading, { level: 2 }),
  heading3: become(N.heading, { level: 3 }),
  quote: toggleKind(N.quote, {}),
  unordered: toggleKind(N.unordered, {}),
  ordered: toggleKind(N.ordered, {}),
  indent: shiftDepth(1),
  outdent: shiftDepth(-1),
  rowBefore: addRow('before'),
  rowAfter: addRow('after'),
  columnBefore: addColumn('before'),
  columnAfter: addColumn('after'),
  deleteRow,
  deleteColumn,
  deleteTable,
  headerRow: toggleHeaderRow,
}

const isListItem = (node: Node): boolean => node.type === N.ordered || node.type === N.unordered

/** The blocks the selection touches, with their positions. */
function selectedBlocks(state: EditorState): { node: Node; position: number; index: number }[] {
  const { from, to } = state.selection
  const blocks: { node: Node; position: number; index: number }[] = []
  state.doc.forEach((node, position, index) => {
    if (position < to && position + node.nodeSize > from) blocks.push({ node, position, index })
  })
  return blocks
}

/** Tables and pictures are what they are, and so is what is not ours. */
const FIXED: readonly NodeType[] = [N.unknown, N.table, N.image]

const mayChangeKind = (block: { node: Node; index: number }): boolean =>
  !FIXED.includes(block.node.type) && !(block.index === 0 && isTitle(block.node))

/** What a block keeps when its kind changes; `depth` stays between the two kinds of list. */
function keptAttrs({ type, attrs: { id, renders, rendersSha256, depth } }: Node, becomes: NodeType): Attrs {
  const kept = { id, renders, rendersSha256 }
  return becomes !== type && (becomes === N.ordered || becomes === N.unordered) && depth !== undefined ? { ...kept, depth } : kept
}

function become(type: NodeType, attrs: Attrs): Command {
  return (state, dispatch) => {
    const blocks = selectedBlocks(state).filter(mayChangeKind)
    if (blocks.length === 0) return false
    const tr = state.tr
    for (const { node, position } of blocks) {
      if (!isKind(node, type, attrs)) tr.setNodeMarkup(position, type, { ...keptAttrs(node, type), ...attrs })
    }
    dispatch?.(tr.scrollIntoView())
    return true
  }
}

const isKind = (node: Node, type: NodeType, attrs: Attrs): boolean =>
  node.type === type && Object.entries(attrs).every(([name, value]) => node.attrs[name] === value)

/** Makes the blocks that kind, or plain paragraphs when they all are it already. */
function toggleKind(type: NodeType, attrs: Attrs): Command {
  return (state, dispatch, view) => {
    const blocks = selectedBlocks(state).filter(mayChangeKind)
    const on = blocks.length > 0 && blocks.every(({ node }) => isKind(node, type, attrs))
    return (on ? become(N.paragraph, { numbered: false }) : become(type, attrs))(state, dispatch, view)
  }
}

/** A list item may be one deeper than the item above it, and never deeper than the schema's limit. */
function shiftDepth(by: 1 | -1): Command {
  return (state, dispatch) => {
    const tr = state.tr
    for (const { node, position, index } of selectedBlocks(state)) {
      if (!isListItem(node)) continue
      const above = index > 0 ? tr.doc.child(index - 1) : null
      const deepest = Math.min(LIST_DEPTH_LIMIT, above && isListItem(above) ? above.attrs.depth + 1 : 0)
      const depth = Math.max(0, node.attrs.depth + by)
      if (depth !== node.attrs.depth && (by < 0 || depth <= deepest)) tr.setNodeAttribute(position, 'depth', depth)
    }
    if (!tr.docChanged) return false
    dispatch?.(tr)
    return true
  }
}

/** In a list Tab belongs to the list, even where it can go no deeper: otherwise the focus would leap away in the middle of typing. */
export const indentInList: Command = (state, dispatch, view) =>
  selectedBlocks(state).some(({ node }) => isListItem(node)) && (commands.indent(state, dispatch, view) || true)

export const outdentInList: Command = (state, dispatch, view) =>
  selectedBlocks(state).some(({ node }) => isListItem(node)) && (commands.outdent(state, dispatch, view) || true)

// ---- Enter and Backspace

/**
 * Enter. At the start of a block with words, a new block is put *before* it, so that the words keep their id and their comments. In an
 * empty list item, quotation or numbered paragraph it ends that kind. After a heading a paragraph follows.
 */
export const enter: Command = chainCommands(clearAcrossCells, cellBelow, endEmptyKind, insertBefore, splitAfterHeading, splitBlockAs(continued))

/** What follows at the end of a block: one more of the kind, but for headings. In the middle both parts are what the whole was. */
function continued(node: Node, atEnd: boolean): { type: NodeType; attrs?: Attrs } | null {
  if (!atEnd || node.type === N.heading) return null
  return { type: node.type, attrs: { ...node.attrs, id: null, renders: null, rendersSha256: null, ghost: false } }
}

function caretBlock(state: EditorState): { node: Node; position: number; index: number; offset: number } | null {
  const { selection } = state
  if (!(selection instanceof TextSelection) || !selection.$cursor) return null
  const $at = selection.$cursor
  return { node: $at.parent, position: $at.before(), index: $at.index(0), offset: $at.parentOffset }
}

function endEmptyKind(...[state, dispatch, view]: Parameters<Command>): boolean {
  const at = caretBlock(state)
  if (!at || at.node.content.size > 0) return false
  if (isListItem(at.node)) return at.node.attrs.depth > 0 ? commands.outdent(state, dispatch, view) : commands.paragraph(state, dispatch, view)
  return at.node.type === N.quote || at.node.attrs.numbered === true ? commands.paragraph(state, dispatch, view) : false
}

function insertBefore(...[state, dispatch]: Parameters<Command>): boolean {
  const at = caretBlock(state)
  if (!at || at.offset > 0 || at.node.content.size === 0) return false
  if (at.index === 0 && isTitle(at.node)) {
    // Nothing stands before the title: the new paragraph follows it.
    const after = at.position + at.node.nodeSize
    const tr = state.tr.insert(after, N.paragraph.create())
    dispatch?.(tr.setSelection(Selection.near(tr.doc.resolve(after + 1))).scrollIntoView())
    return true
  }
  const { type, attrs } = at.node
  const empty = type === N.heading || type === N.unknown || type === N.image ? N.paragraph.create() : type.create({ ...attrs, id: null, renders: null, rendersSha256: null, ghost: false })
  dispatch?.(state.tr.insert(at.position, empty).scrollIntoView())
  return true
}

/** The second part of the title, of a caption, and of any unknown block, is a paragraph. */
function splitAfterHeading(...[state, dispatch]: Parameters<Command>): boolean {
  const { $from } = state.selection
  const parent = $from.parent
  if (!(($from.index(0) === 0 && isTitle(parent)) || parent.type === N.unknown || parent.type === N.image)) return false
  const tr = state.tr.deleteSelection()
  tr.split(tr.mapping.map($from.pos), 1, [{ type: N.paragraph }])
  dispatch?.(tr.scrollIntoView())
  return true
}

/**
 * Backspace at the start of a block: a deeper list item moves out, then list, quotation and number end, and only then the
 * block joins the one above, whose id survives (an empty one above is removed instead).
 */
export const backspace: Command = chainCommands(clearAcrossCells, deleteSelection, startOfCellHolds, choosePicture, endKindAtStart, joinBackward)

/** What stands before a cell is another cell: there is nothing to join. */
function startOfCellHolds(...[state]: Parameters<Command>): boolean {
  const at = caretBlock(state)
  return at !== null && at.node.type === N.table_cell && at.offset === 0
}

function endKindAtStart(...[state, dispatch, view]: Parameters<Command>): boolean {
  const at = caretBlock(state)
  if (!at || at.offset > 0) return false
  if (isListItem(at.node) && at.node.attrs.depth > 0) return commands.outdent(state, dispatch, view)
  const special = isListItem(at.node) || at.node.type === N.quote || at.node.attrs.numbered === true
  return special && commands.paragraph(state, dispatch, view)
}

/** At the start of a caption the picture is chosen; the next Backspace takes it away. */
function choosePicture(...[state, dispatch]: Parameters<Command>): boolean {
  const at = caretBlock(state)
  if (!at || at.node.type !== N.image || at.offset > 0) return false
  dispatch?.(state.tr.setSelection(NodeSelection.create(state.doc, at.position)))
  return true
}

export const deleteForward: Command = chainCommands(clearAcrossCells, deleteSelection, endOfCellHolds, joinForward)

function endOfCellHolds(...[state]: Parameters<Command>): boolean {
  const at = caretBlock(state)
  return at !== null && at.node.type === N.table_cell && at.offset === at.node.content.size
}

// ---- links

/** Links the selection or re-addresses the link around the caret; null takes the link away. */
export function setLink(href: string | null): Command {
  return (state, dispatch) => {
    if (href !== null && !isAllowedHref(href)) return false
    const range = state.selection.empty ? linkAround(state) : state.selection
    if (!range) return false
    const tr = state.tr.removeMark(range.from, range.to, M.link)
    if (href !== null) tr.addMark(range.from, range.to, M.link.create({ href }))
    dispatch?.(tr)
    return true
  }
}

/** The address of the link around the caret, or of the one link that covers the whole selection. */
export function linkAt(state: EditorState): string | null {
  const { empty, from, to } = state.selection
  if (empty) return linkAround(state)?.href ?? null
  const found = new Set<string | null>()
  state.doc.nodesBetween(from, to, (node) => void (node.isText && found.add(M.link.isInSet(node.marks)?.attrs.href ?? null)))
  const [only] = found
  return found.size === 1 ? only : null
}

function linkAround(state: EditorState): { from: number; to: number; href: string } | null {
  const { $from } = state.selection
  const start = $from.start()
  const pieces: { from: number; to: number; href: string | null }[] = []
  $from.parent.forEach((node, offset) => {
    const href = M.link.isInSet(node.marks)?.attrs.href ?? null
    const last = pieces.at(-1)
    if (last && last.href === href) last.to += node.nodeSize
    else pieces.push({ from: start + offset, to: start + offset + node.nodeSize, href })
  })
  const piece = pieces.find(({ from, to, href }) => href !== null && from <= $from.pos && $from.pos <= to)
  return piece && piece.href !== null ? { from: piece.from, to: piece.to, href: piece.href } : null
}
