/** A comparison told by the server, arranged for the page. Pure. */
import type { Block, ComparedChapter, ComparedEntry, ComparedPassage, ComparedRun, Comparison, SamePassage } from '../../api'
import { signsOf } from '../text/brackets'

export const isSame = (passage: ComparedPassage): passage is SamePassage => passage.change === 'same'

/** The name of an entry within the page. Both ends of a move have one, and so has what went. */
export function anchorOf(entry: ComparedEntry): string {
  if (entry.move) return entry.change === 'moved' ? `moved-${entry.move.number}` : `away-${entry.move.number}`
  return entry.change === 'deleted' ? `gone-${entry.id}` : `p-${entry.id}`
}

/** The name of the other end of a move. */
export const otherEndOf = ({ change, move }: ComparedEntry): string | null => move && `${change === 'moved' ? 'away' : 'moved'}-${move.number}`

/** Whether it is a change to be stopped at: the trace of a move is none. */
export const isChange = (entry: ComparedEntry): boolean =>
  entry.change !== 'moved_away' && (entry.change !== 'kept' || entry.runs.some((run) => run.change !== 'kept'))

/** The names of all changes, in the order in which they are read. */
export function changesOf({ chapters }: Comparison): string[] {
  const entries = (passage: ComparedPassage): ComparedEntry[] => (isSame(passage) ? [] : [passage])
  return chapters.flatMap(({ passages }) => passages ?? []).flatMap(entries).filter(isChange).map(anchorOf)
}

/** Chapters with changes one by one, the others gathered where they stand. */
export type Stretch = { kind: 'chapter'; chapter: ComparedChapter } | { kind: 'unchanged'; chapters: ComparedChapter[] }

export function stretchesOf(chapters: readonly ComparedChapter[]): Stretch[] {
  const stretches: Stretch[] = []
  for (const chapter of chapters) {
    const last = stretches.at(-1)
    if (chapter.changes > 0 || chapter.change !== 'kept') stretches.push({ kind: 'chapter', chapter })
    else if (last?.kind === 'unchanged') last.chapters.push(chapter)
    else stretches.push({ kind: 'unchanged', chapters: [chapter] })
  }
  return stretches
}

/** Neighbouring cells of one table stand together. */
export type Piece = SamePassage | ComparedEntry | { change: 'table'; cells: ComparedEntry[] }

export function piecesOf(passages: readonly ComparedPassage[]): Piece[] {
  const pieces: Piece[] = []
  for (const passage of passages) {
    const last = pieces.at(-1)
    if (isSame(passage) || passage.type !== 'table-cell') pieces.push(passage)
    else if (last?.change === 'table' && last.cells[0]?.table === passage.table) last.cells.push(passage)
    else pieces.push({ change: 'table', cells: [passage] })
  }
  return pieces
}

/**
 * Cells as rows and columns; `null` where a row has no cell. A row is a run of cells that name the same one. The order of columns is the
 * first row's, into which each later one merges what it has more; a cell that stands twice at one place, as it was and as it is, gets a
 * column for each.
 */
export function gridOf(cells: readonly ComparedEntry[]): (ComparedEntry | null)[][] {
  const rows: ComparedEntry[][] = []
  for (const cell of cells) {
    const last = rows.at(-1)
    if (last && last[0]?.row === cell.row) last.push(cell)
    else rows.push([cell])
  }
  const twice = new Set(rows.flatMap((row) => row.filter((cell, i) => row.findIndex((other) => other.column === cell.column) < i).map((cell) => cell.column)))
  const columnOf = (cell: ComparedEntry) => (twice.has(cell.column) && cell.change === 'deleted' ? `${cell.column} before` : String(cell.column))
  const columns: string[] = []
  for (const row of rows) {
    let next = 0
    for (const cell of row) {
      const known = columns.indexOf(columnOf(cell))
      if (known >= 0) next = Math.max(next, known + 1)
      else columns.splice(next++, 0, columnOf(cell))
    }
  }
  return rows.map((row) => columns.map((column) => row.find((cell) => columnOf(cell) === column) ?? null))
}

/** The letter by which a run names its source: only where a paragraph has several. */
export function letterOf({ sources }: ComparedEntry, source: number | null): string {
  const at = source === null ? -1 : sources.indexOf(source)
  return sources.length > 1 && at >= 0 ? String.fromCharCode(97 + (at % 26)) : ''
}

/** A run as it is drawn: with the brackets before it, and its letter where its source ends. */
export interface DrawnRun {
  run: ComparedRun
  signs: string
  letter: string
}

/** The runs of an entry, drawn. Brackets are those that stand now; `rest` closes the last of them. */
export function drawn(entry: ComparedEntry): { runs: DrawnRun[]; rest: string } {
  const standing = entry.runs.filter(({ change }) => change !== 'deleted')
  const signs = signsOf(standing)
  const runs = entry.runs.map((run, i): DrawnRun => {
    const at = standing.indexOf(run)
    const next = entry.runs[i + 1]
    const goesOn = next !== undefined && next.change !== 'kept' && next.source === run.source
    return { run, signs: at < 0 ? '' : (signs[at] ?? ''), letter: goesOn ? '' : letterOf(entry, run.source) }
  })
  return { runs, rest: signs[standing.length] ?? '' }
}

/** One side of an entry: without the words that came, or without those that went. `null` when it does not stand there. */
export function sideOf(entry: ComparedEntry, side: 'before' | 'after'): ComparedRun[] | null {
  if (entry.change === (side === 'before' ? 'inserted' : 'deleted')) return null
  if (entry.change === 'moved_away') return null
  const absent = side === 'before' ? 'inserted' : 'deleted'
  const before = (run: ComparedRun): ComparedRun => (side === 'before' && run.change === 'marked' ? { ...run, marks: run.was } : run)
  return entry.runs.filter(({ change }) => change !== absent).map(before)
}

/** The blocks of the newer draft, as it reads: nothing that went is in them. Needs the words of what does not differ. */
export function cleanBlocks({ passages }: ComparedChapter): { blocks: Block[]; firstNumber: number } {
  const entries = (passages ?? []).flatMap((passage) => (isSame(passage) ? (passage.entries ?? []) : [passage]))
  const standing = entries.filter(({ change }) => change !== 'deleted' && change !== 'moved_away')
  const blocks = standing.map(({ id, type, level, numbered, depth, table, row, column, header, blob, alt, credit, runs }) => ({
    id, type, level, numbered, depth, table, row, column, header, blob, alt, credit,
    runs: runs.filter(({ change }) => change !== 'deleted').map(({ text, marks }) => ({ text, marks })),
  }))
  return { blocks: blocks as Block[], firstNumber: standing.find(({ number }) => number !== null)?.number ?? 1 }
}
