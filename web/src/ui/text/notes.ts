/** Notes of a text that is read: a number at their place, their words below. A note is a stretch of words with one mark `footnote:ID`. */
import type { Block, Run } from '../../api'

const PREFIX = 'footnote:'

export interface Note {
  number: number
  runs: Run[]
}

/** Words in the line, or a note at its place. */
export type Piece = { note: null; runs: Run[] } | { note: Note; runs: [] }

/** The words of a block with its notes taken out of the line; the first note gets `first`. */
export function piecesOf(runs: readonly Run[], first: number): Piece[] {
  const pieces: Piece[] = []
  let number = first
  let open = null as { id: string; note: Note } | null
  for (const run of runs) {
    const id = Object.keys(run.marks ?? {}).find((name) => name.startsWith(PREFIX))
    if (id === undefined) {
      open = null
      const last = pieces.at(-1)
      if (last && last.note === null) last.runs.push(run)
      else pieces.push({ note: null, runs: [run] })
    } else if (open?.id === id) open.note.runs.push(run)
    else {
      open = { id, note: { number: number++, runs: [run] } }
      pieces.push({ note: open.note, runs: [] })
    }
  }
  return pieces
}

export const notesOf = (runs: readonly Run[], first = 1): Note[] => piecesOf(runs, first).flatMap(({ note }) => (note ? [note] : []))

/** By block id: the number that its first note has. */
export function firstNotesOf(blocks: readonly Block[], first: number): Map<string, number> {
  let next = first
  return new Map(blocks.map(({ id, runs = [] }) => {
    const mine = next
    next += notesOf(runs).length
    return [id, mine]
  }))
}
