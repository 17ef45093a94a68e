/**
 * The matrix as a page shows it: which rows are wanted, in which groups, and which of them lie inside the window. Pure: thousands of
 * rows are filtered here at every keystroke, and only the few that are seen are drawn.
 *
 *     const items = itemsOf(index, { ...EVERYTHING, kind: 'editorial' }, 'chapter')
 *     const tops = topsOf(items, { row: 80, group: 40 })
 *     windowOf(tops, scrollTop, height)        // { from: 112, to: 131 }
 */
import type { Line, MatrixIndex } from '../api'

/** What is wanted, in words that mean the same when rows, people or components come and go; `null` wants all. */
export interface Filter {
  /** A code. */
  component: string | null
  /** A number. */
  chapter: string | null
  kind: string | null
  /** Or `STILL_OPEN`. */
  state: string | null
  /** The id of a seat, or `NOBODY`. */
  assigned: string | null
}
export const EVERYTHING: Filter = { component: null, chapter: null, kind: null, state: null, assigned: null }

/** Rows that still need somebody: unanswered, or put off. */
export const STILL_OPEN = 'open'
export const NOBODY = 'nobody'

const PARTS = Object.keys(EVERYTHING) as (keyof Filter)[]

/** What an address wants with its query, such as `?component=AFR&state=open`. */
export function filterOf(search: string): Filter {
  const asked = new URLSearchParams(search)
  return Object.fromEntries(PARTS.map((part) => [part, asked.get(part) || null])) as unknown as Filter
}

/** The query that wants it; empty for everything. */
export function searchOf(filter: Filter): string {
  const said = PARTS.flatMap((part): [string, string][] => (filter[part] === null ? [] : [[part, filter[part]]]))
  return said.length === 0 ? '' : `?${new URLSearchParams(said)}`
}

export type Grouping = 'chapter' | 'component' | 'none'
export type Item = { group: number; count: number } | { line: Line }

/** Which rows fit, by their places in the lists of this index. What the index does not know, no row has. */
export function wants(index: MatrixIndex, filter: Filter): (line: Line) => boolean {
  const placeOf = <T>(wanted: T | null, list: readonly T[]) => (wanted === null ? null : list.indexOf(wanted))
  const component = placeOf(filter.component, index.components.map(({ code }) => code))
  const chapter = placeOf(filter.chapter, index.chapters.map(({ number }) => number))
  const kind = placeOf(filter.kind, index.kinds)
  const state = placeOf(filter.state, index.states)
  const assigned = placeOf(filter.assigned, [NOBODY, ...index.assigned.map(({ seat_id }) => seat_id)])
  const deferred = index.states.indexOf('deferred')
  return (line) =>
    (component === null || component === line.component) &&
    (chapter === null || chapter === line.chapter) &&
    (kind === null || kind === line.kind) &&
    (state === null || (filter.state === STILL_OPEN ? isOpen(line, deferred) : state === line.state)) &&
    (assigned === null || assigned === line.assigned)
}

/** `deferred` is the place of that state. */
export const isOpen = (line: Line, deferred: number): boolean => line.state === 0 || line.state === deferred

/** The wanted rows in groups, each begun by its head; the rows of a group stay in the order of the text. */
export function itemsOf(index: MatrixIndex, filter: Filter, grouping: Grouping): Item[] {
  const lines = index.rows.filter(wants(index, filter))
  if (grouping === 'none') return lines.map((line) => ({ line }))
  const groups = new Map<number, Line[]>()
  for (const line of lines) {
    const group = groups.get(line[grouping])
    if (group) group.push(line)
    else groups.set(line[grouping], [line])
  }
  const ordered = [...groups].sort(([one], [other]) => one - other)
  return ordered.flatMap(([group, inIt]) => [{ group, count: inIt.length }, ...inIt.map((line) => ({ line }))])
}

/** Where each item begins, in pixels from the first; one number more, the height of all. */
export function topsOf(items: readonly Item[], height: { row: number; group: number }): Float64Array {
  const tops = new Float64Array(items.length + 1)
  items.forEach((item, place) => (tops[place + 1] = tops[place] + ('line' in item ? height.row : height.group)))
  return tops
}

/** The items that lie at least partly between `top` and `top + height`, `to` excluded, with some to spare on both sides. */
export function windowOf(tops: Float64Array, top: number, height: number, spare = 6): { from: number; to: number } {
  const count = tops.length - 1
  const from = Math.max(0, placeAt(tops, top) - spare)
  return { from, to: Math.min(count, placeAt(tops, top + height) + 1 + spare) }
}

/** The item that begins at or before `top`. */
function placeAt(tops: Float64Array, top: number): number {
  let [low, high] = [0, tops.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (tops[middle] <= top) low = middle
    else high = middle - 1
  }
  return low
}

/** The next row from `from` in the direction of `step`, heads passed over; `from` itself when there is none. */
export function rowBeside(items: readonly Item[], from: number, step: number): number {
  const direction = Math.sign(step)
  let [place, left, found] = [from, Math.abs(step), from]
  while (left > 0) {
    place += direction
    const item = items[place]
    if (!item) break
    if ('line' in item) {
      found = place
      left -= 1
    }
  }
  return found
}

/** Where one goes on when the row at `from` may have left: the nearest row after it that is still there, or else before it. `null` when none is. */
export function rowAfter(items: readonly Item[], from: number, isThere: (id: string) => boolean): string | null {
  const stays = (item: Item): item is { line: Line } => 'line' in item && isThere(item.line.id)
  const found = items.slice(from).find(stays) ?? items.slice(0, from).findLast(stays)
  return found?.line.id ?? null
}
