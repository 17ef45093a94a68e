/**
 * Tables, as ProseMirror commands: pure functions of a state that may dispatch one transaction.
 *
 * A table has no merged cells, so a row is a list of cells and a column is a place in it. New cells come without ids; the normaliser gives
 * a new row one id and a new column one through all rows. Words are never lost by a slip: a selection that crosses cells is emptied
 * of its words and keeps its cells, and only "delete" of a row, a column or the table takes cells away.
 */
import { Fragment, type Node, type ResolvedPos } from 'prosemirror-model'
import { Selection, TextSelection, type Command, type EditorState, type Transaction } from 'prosemirror-state'
import { nodes as N } from '../text/schema'

export const TABLE_LIMITS = { rows: 300, columns: 30 } as const

/** Where a place in a table is. `row` and `column` count from 0. */
export interface CellPlace {
  table: Node
  /** Position before the table. */
  position: number
  row: number
  column: number
}

export function cellAt($at: ResolvedPos): CellPlace | null {
  for (let depth = $at.depth; depth >= 2; depth--) {
    if ($at.node(depth).type !== N.table_cell) continue
    return { table: $at.node(depth - 2), position: $at.before(depth - 2), row: $at.index(depth - 2), column: $at.index(depth - 1) }
  }
  return null
}

/** The table the whole selection is in. */
function selectedTable({ selection: { $from, $to } }: EditorState): { from: CellPlace; to: CellPlace } | null {
  const [from, to] = [cellAt($from), cellAt($to)]
  return from && to && from.position === to.position ? { from, to } : null
}

/** The position of the first word of a cell. */
export function startOfCell(table: Node, position: number, row: number, column: number): number {
  let at = position + 1
  for (let y = 0; y < row; y++) at += table.child(y).nodeSize
  at++
  for (let x = 0; x < column; x++) at += table.child(row).child(x).nodeSize
  return at + 1
}

export const widthOf = (table: Node): number => table.firstChild?.childCount ?? 0

/** Whether every cell of the first row is a head. */
export const hasHeaderRow = (table: Node): boolean => table.firstChild?.children.every((cell) => cell.attrs.header === true) ?? false

const emptyRow = (width: number, header = false): Node =>
  N.table_row.create(null, Array.from({ length: width }, () => N.table_cell.create({ header })))

// ---- making and taking away

/** A table of empty cells behind the block of the caret, with a head row; the caret goes into its first cell. */
export function insertTable(rows: number, columns: number): Command {
  return (state, dispatch) => {
    const { $head } = state.selection
    if (rows < 1 || columns < 1 || rows > TABLE_LIMITS.rows || columns > TABLE_LIMITS.columns || cellAt($head)) return false
    const table = N.table.create(null, Array.from({ length: rows }, (_, y) => emptyRow(columns, y === 0)))
    return insertBlock(state, dispatch, table, startOfCell(table, 0, 0, 0))
  }
}

/**
 * Puts a block behind the one that holds the caret, or in place of it when that is an empty paragraph. Something to write in always follows.
 * `caret` is where the caret goes, counted from the position before the block.
 */
export function insertBlock(state: EditorState, dispatch: ((tr: Transaction) => void) | undefined, block: Node, caret: number): boolean {
  const { $head } = state.selection
  if ($head.depth === 0) return false
  const holder = $head.node(1)
  const [start, end] = [$head.before(1), $head.after(1)]
  const replaces = holder.type === N.paragraph && holder.content.size === 0 && $head.index(0) > 0
  const after = state.doc.resolve(end).nodeAfter
  const follows = after?.isTextblock ? [] : [N.paragraph.create()]
  if (dispatch) {
    const at = replaces ? start : end
    const tr = state.tr.replaceWith(at, end, Fragment.from([block, ...follows]))
    dispatch(tr.setSelection(TextSelection.near(tr.doc.resolve(at + caret))).scrollIntoView())
  }
  return true
}

export function addRow(where: 'before' | 'after'): Command {
  return (state, dispatch) => {
    const found = selectedTable(state)
    if (!found || found.from.table.childCount >= TABLE_LIMITS.rows) return false
    const { table, position, column } = found.from
    const row = where === 'before' ? found.from.row : found.to.row + 1
    // Nothing goes above the head.
    const header = where === 'before' && row === 0 && hasHeaderRow(table)
    const at = row < table.childCount ? startOfCell(table, position, row, 0) - 2 : position + table.nodeSize - 1
    if (header) return addRow('after')(state, dispatch)
    if (dispatch) {
      const tr = state.tr.insert(at, emptyRow(widthOf(table)))
      dispatch(caretInto(tr, position, row, column))
    }
    return true
  }
}

export function addColumn(where: 'before' | 'after'): Command {
  return (state, dispatch) => {
    const found = selectedTable(state)
    if (!found || widthOf(found.from.table) >= TABLE_LIMITS.columns) return false
    const { table, position, row } = found.from
    const column = where === 'before' ? Math.min(found.from.column, found.to.column) : Math.max(found.from.column, found.to.column) + 1
    if (dispatch) {
      const tr = state.tr
      for (let y = table.childCount - 1; y >= 0; y--) {
        const cells = table.child(y)
        const at = column < cells.childCount ? startOfCell(table, position, y, column) - 1 : startOfCell(table, position, y, 0) - 2 + cells.nodeSize - 1
        tr.insert(at, N.table_cell.create({ header: cells.children.every((cell) => cell.attrs.header === true) }))
      }
      dispatch(caretInto(tr, position, row, column))
    }
    return true
  }
}

/** With the last row goes the table. */
export const deleteRow: Command = (state, dispatch) => {
  const found = selectedTable(state)
  if (!found) return false
  const { from, to } = found
  const { table, position } = from
  if (from.row === 0 && to.row === table.childCount - 1) return deleteTable(state, dispatch)
  if (dispatch) {
    const end = to.row + 1 < table.childCount ? startOfCell(table, position, to.row + 1, 0) - 2 : position + table.nodeSize - 1
    const tr = state.tr.delete(startOfCell(table, position, from.row, 0) - 2, end)
    dispatch(caretInto(tr, position, from.row, from.column))
  }
  return true
}

/** With the last column goes the table. */
export const deleteColumn: Command = (state, dispatch) => {
  const found = selectedTable(state)
  if (!found) return false
  const { table, position, row } = found.from
  const first = Math.min(found.from.column, found.to.column)
  const last = Math.max(found.from.column, found.to.column)
  if (first === 0 && last >= widthOf(table) - 1) return deleteTable(state, dispatch)
  if (dispatch) {
    const tr = state.tr
    for (let y = table.childCount - 1; y >= 0; y--) {
      const end = startOfCell(table, position, y, last) - 1 + table.child(y).child(last).nodeSize
      tr.delete(startOfCell(table, position, y, first) - 1, end)
    }
    dispatch(caretInto(tr, position, row, first))
  }
  return true
}

export const deleteTable: Command = (state, dispatch) => {
  const place = cellAt(state.selection.$head)
  if (!place) return false
  if (dispatch) {
    const { position, table } = place
    const after = state.doc.resolve(position + table.nodeSize).nodeAfter
    // The words that follow must not slide into whatever stands above.
    const tr = after ? state.tr.delete(position, position + table.nodeSize) : state.tr.replaceWith(position, position + table.nodeSize, N.paragraph.create())
    dispatch(tr.setSelection(Selection.near(tr.doc.resolve(position), 1)).scrollIntoView())
  }
  return true
}

/** Makes the first row the head, or an ordinary row when it is one. */
export const toggleHeaderRow: Command = (state, dispatch) => {
  const place = cellAt(state.selection.$head)
  if (!place) return false
  if (dispatch) {
    const tr = state.tr
    const header = !hasHeaderRow(place.table)
    place.table.firstChild?.forEach((cell, offset) => {
      if (cell.attrs.header !== header) tr.setNodeAttribute(place.position + 2 + offset, 'header', header)
    })
    dispatch(tr)
  }
  return true
}

function caretInto(tr: Transaction, position: number, row: number, column: number): Transaction {
  const table = tr.doc.nodeAt(position)
  if (table?.type !== N.table) return tr
  const y = Math.min(row, table.childCount - 1)
  const at = startOfCell(table, position, y, Math.min(column, table.child(y).childCount - 1))
  return tr.setSelection(TextSelection.create(tr.doc, at)).scrollIntoView()
}

/** Puts the words of a table's cells into the cells from the caret on; rows and columns are added where there are too few. Null outside of tables, or above their limits. */
export function filledCells(state: EditorState, from: Node): Transaction | null {
  const place = cellAt(state.selection.$from)
  if (!place) return null
  const { table, position, row, column } = place
  const height = Math.max(table.childCount, row + from.childCount)
  const width = Math.max(widthOf(table), column + widthOf(from))
  if (height > TABLE_LIMITS.rows || width > TABLE_LIMITS.columns) return null
  const pasted = (y: number, x: number): Node | null => from.maybeChild(y - row)?.maybeChild(x - column) ?? null
  const tr = state.tr
  const rowOf = (y: number): Node => N.table_row.create(null, Array.from({ length: width }, (_, x) => N.table_cell.create(null, pasted(y, x)?.content)))
  const below = Array.from({ length: height - table.childCount }, (_, i) => rowOf(table.childCount + i))
  tr.insert(position + table.nodeSize - 1, below)
  for (let y = table.childCount - 1; y >= 0; y--) {
    const cells = table.child(y)
    const header = cells.children.every((cell) => cell.attrs.header === true)
    const more = Array.from({ length: width - cells.childCount }, (_, i) => N.table_cell.create({ header }, pasted(y, cells.childCount + i)?.content))
    tr.insert(startOfCell(table, position, y, 0) - 2 + cells.nodeSize - 1, more)
    for (let x = cells.childCount - 1; x >= 0; x--) {
      const cell = y >= row && x >= column ? pasted(y, x) : null
      const start = startOfCell(table, position, y, x)
      if (cell) tr.replaceWith(start, start + cells.child(x).content.size, cell.content)
    }
  }
  return tr.setSelection(TextSelection.near(tr.doc.resolve(tr.mapping.map(state.selection.from)), 1))
}

// ---- moving about

/** Tab. Behind the last cell a row is added, as people know it from elsewhere. */
export const nextCell: Command = (state, dispatch) => {
  const place = cellAt(state.selection.$head)
  if (!place) return false
  const { table, position, row, column } = place
  if (column + 1 < table.child(row).childCount) return goTo(state, dispatch, startOfCell(table, position, row, column + 1))
  if (row + 1 < table.childCount) return goTo(state, dispatch, startOfCell(table, position, row + 1, 0))
  if (table.childCount >= TABLE_LIMITS.rows) return true
  if (dispatch) {
    const tr = state.tr.insert(position + table.nodeSize - 1, emptyRow(widthOf(table)))
    dispatch(caretInto(tr, position, row + 1, 0))
  }
  return true
}

/** Shift-Tab. In the first cell it stays there. */
export const previousCell: Command = (state, dispatch) => {
  const place = cellAt(state.selection.$head)
  if (!place) return false
  const { table, position, row, column } = place
  if (column > 0) return goTo(state, dispatch, startOfCell(table, position, row, column - 1))
  return row === 0 || goTo(state, dispatch, startOfCell(table, position, row - 1, table.child(row - 1).childCount - 1))
}

/** Enter: the cell below, and from the last row out of the table. A cell holds one paragraph. */
export const cellBelow: Command = (state, dispatch, view) => {
  const place = cellAt(state.selection.$head)
  if (!place) return false
  const { table, position, row, column } = place
  if (row + 1 >= table.childCount) return leaveTable(state, dispatch, view)
  return goTo(state, dispatch, startOfCell(table, position, row + 1, Math.min(column, table.child(row + 1).childCount - 1)))
}

/** Behind the table, where a paragraph is made when there is none to write in. */
export const leaveTable: Command = (state, dispatch) => {
  const place = cellAt(state.selection.$head)
  if (!place) return false
  const end = place.position + place.table.nodeSize
  if (state.doc.resolve(end).nodeAfter?.isTextblock) return goTo(state, dispatch, end + 1)
  if (dispatch) {
    const tr = state.tr.insert(end, N.paragraph.create())
    dispatch(tr.setSelection(TextSelection.create(tr.doc, end + 1)).scrollIntoView())
  }
  return true
}

/** Down from the last row of a table that ends the text: there must be a way out. */
export const downFromLastRow: Command = (state, dispatch, view) => {
  const place = cellAt(state.selection.$head)
  if (!place || place.row + 1 < place.table.childCount) return false
  if (state.doc.resolve(place.position + place.table.nodeSize).nodeAfter) return false
  return (!view || view.endOfTextblock('down')) && leaveTable(state, dispatch, view)
}

function goTo(state: EditorState, dispatch: ((tr: Transaction) => void) | undefined, position: number): boolean {
  dispatch?.(state.tr.setSelection(TextSelection.create(state.doc, position)).scrollIntoView())
  return true
}

// ---- selections that cross the edge of a cell

/** Whether the selection begins or ends in a cell and is not all within it. */
export function crossesCells({ $from, $to, empty }: Selection): boolean {
  return !empty && !$from.sameParent($to) && (cellAt($from) !== null || cellAt($to) !== null)
}

/**
 * Deletes what is selected and leaves every cell where it is, but for tables that are selected as a whole. The caret goes where the selection
 * began. False when the selection crosses no cell's edge.
 */
export const clearAcrossCells: Command = (state, dispatch) => {
  if (!crossesCells(state.selection)) return false
  dispatch?.(clearedAcross(state.tr, state.selection).scrollIntoView())
  return true
}

export function clearedAcross(tr: Transaction, { from, to }: Selection): Transaction {
  const { doc } = tr
  const parts: [number, number][] = []
  doc.nodesBetween(from, to, (node, position) => {
    const end = position + node.nodeSize
    if (node.type === N.table && from <= position && to >= end) {
      parts.push([position, end])
      return false
    }
    if (!node.isTextblock) return true
    parts.push([Math.max(from, position + 1), Math.min(to, end - 1)])
    return false
  })
  const title = doc.firstChild?.nodeSize ?? 0
  for (const [start, end] of parts.reverse()) {
    if (end <= start) continue
    const $start = tr.doc.resolve(start)
    // A paragraph that is selected as a whole goes with its words, unless the selection only began or ended there.
    const whole = $start.depth === 1 && start > title && start - 1 > from && end < to
    if (whole) tr.delete(start - 1, end + 1)
    else tr.delete(start, end)
  }
  return tr.setSelection(Selection.near(tr.doc.resolve(Math.min(from, tr.doc.content.size)), 1))
}
