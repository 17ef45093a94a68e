/**
 * Cells of a table, which a text holds one after the other, in rows and columns. Rows are runs of cells with one row id; the order of the columns is
 * the merge of the rows' orders.
 */

/** The ids that say where a cell belongs. */
export interface CellIds {
  row: string
  column: string
}

export interface Grid<T> {
  /** Ids of the columns; a row may be longer than they are. */
  columns: string[]
  /** All of the same length, at least one; null where a row lacks a column. */
  rows: { id: string; cells: (T | null)[] }[]
}

/** A cell whose place is taken stands one further: two people who filled one missing cell at once see both their words. */
export function gridOf<T>(cells: readonly T[], idsOf: (cell: T) => CellIds): Grid<T> {
  const runs: { id: string; cells: T[] }[] = []
  for (const cell of cells) {
    const id = idsOf(cell).row
    const last = runs.at(-1)
    if (last && last.id === id) last.cells.push(cell)
    else runs.push({ id, cells: [cell] })
  }
  const columns = merged(runs.map((row) => row.cells.map((cell) => idsOf(cell).column)))
  const rows = runs.map(({ id, cells: real }) => ({ id, cells: placed(real, (cell) => columns.indexOf(idsOf(cell).column)) }))
  const width = Math.max(columns.length, ...rows.map((row) => row.cells.length))
  for (const row of rows) while (row.cells.length < width) row.cells.push(null)
  return { columns, rows }
}

function merged(rows: readonly (readonly string[])[]): string[] {
  const columns: string[] = []
  for (const row of rows) {
    let at = -1
    for (const column of row) {
      const place = columns.indexOf(column)
      if (place < 0) columns.splice(++at, 0, column)
      else at = Math.max(at, place)
    }
  }
  return columns
}

function placed<T>(cells: readonly T[], placeOf: (cell: T) => number): (T | null)[] {
  const places: (T | null)[] = []
  for (const cell of cells) {
    while (places.length < placeOf(cell)) places.push(null)
    places.push(cell)
  }
  return places
}
