/**
 * Screen → Automerge: turns a `Diff` into operations on the text.
 *
 * Text goes in and out by `splice`, markers by `splitBlock`, and attributes by key on the marker's own map. Never `updateBlock` (two
 * people at once would double the paragraph) and never `updateSpans` (it tears characters of several code points apart).
 *
 * Operations are handed out as a list with their cost, so that the binding can spread a large paste over several changes.
 */
import * as A from '@automerge/automerge/slim'
import { TEXT_PATH, type PaperDoc } from '../text/automerge'
import type { Diff, Tokens } from '../text/diff'
import { markValues, type Json, type Marker } from '../text/model'
import { expandOf } from '../text/schema'

export interface Operation {
  /** About how many Automerge operations this is. */
  cost: number
  apply(doc: PaperDoc): void
  /** For an insertion of text: the words, and the marks each unit should carry, as canonical JSON. */
  inserts?: { at: number; text: string; wanted: string[] }
}

/** A single change stays below the server's bounds by an order of magnitude, and its relay is quick. */
const LONGEST_SPLICE = 4_000

/**
 * The operations that turn the old tokens into the new ones, but for one thing: inserted words get the marks Automerge gives them,
 * which the binding then reads back and mends with `markOperations`. Apply all of them in order.
 */
export function operations(diff: Diff): Operation[] {
  const { base, old, new: neu } = diff
  const list: Operation[] = []
  for (const hunk of [...diff.hunks].reverse()) {
    // Right to left, so that offsets on the left stay valid; inside a hunk left to right.
    if (hunk.to > hunk.from) list.push(deletion(base + hunk.from, hunk.to - hunk.from))
    for (let i = hunk.into; i < hunk.until; ) {
      const at = base + hunk.from + i - hunk.into
      const marker = neu.markers[i]
      if (marker) {
        list.push(markerInsertion(at, marker))
        i++
      } else {
        const end = endOfText(neu, i, hunk.until)
        list.push(textInsertion(at, neu.units.slice(i, end).join(''), neu.keys.slice(i, end)))
        i = end
      }
    }
  }
  for (const [from, to, shift] of keptStretches(diff)) {
    for (let i = from; i < to; i++) {
      const marker = neu.markers[i]
      const was = old.markers[i + shift]
      if (marker && was && neu.keys[i] !== old.keys[i + shift]) list.push(markerUpdate(base + i, was, marker))
    }
    list.push(
      ...markOperations(
        base + from,
        neu.keys.slice(from, to),
        (i) => old.keys[from + i + shift],
        (i) => neu.markers[from + i] !== null,
      ),
    )
  }
  return list
}

/**
 * The mark operations that are still missing. `have(i)` is what the unit at offset `at + i` carries in Automerge, `want[i]` what it should;
 * both canonical JSON. Markers carry no marks and are passed over.
 */
export function markOperations(
  at: number,
  want: string[],
  have: (i: number) => string,
  isMarker: (i: number) => boolean,
): Operation[] {
  const list: Operation[] = []
  const open = new Map<string, { start: number; value: Json }>()
  const close = (name: string, end: number): void => {
    const run = open.get(name)
    if (!run) return
    open.delete(name)
    list.push(markOperation(name, run.value, at + run.start, at + end))
  }
  for (let i = 0; i < want.length; i++) {
    const settled = isMarker(i) || want[i] === have(i)
    const wanted = settled ? {} : markValues(want[i])
    const actual = settled ? {} : markValues(have(i))
    for (const name of new Set([...Object.keys(wanted), ...Object.keys(actual), ...open.keys()])) {
      const value = wanted[name] ?? null
      const needed = JSON.stringify(value) !== JSON.stringify(actual[name] ?? null)
      const run = open.get(name)
      if (run && (!needed || JSON.stringify(run.value) !== JSON.stringify(value))) close(name, i)
      if (needed && !open.has(name)) open.set(name, { start: i, value })
    }
  }
  for (const name of [...open.keys()]) close(name, want.length)
  return list
}

/** Stretches of new tokens that stay, with the shift to their place among the old ones. */
function* keptStretches({ hunks, new: neu }: Diff): Generator<[from: number, to: number, shift: number]> {
  let from = 0
  let shift = 0
  for (const hunk of hunks) {
    yield [from, hunk.into, shift]
    from = hunk.until
    shift = hunk.to - hunk.until
  }
  yield [from, neu.units.length, shift]
}

function endOfText(tokens: Tokens, start: number, limit: number): number {
  let end = start + 1
  while (end < limit && !tokens.markers[end] && (end - start < LONGEST_SPLICE || isLowSurrogate(tokens.units[end]))) end++
  return end
}

const isLowSurrogate = (unit: string): boolean => unit >= '\udc00' && unit <= '\udfff'

function deletion(at: number, count: number): Operation {
  return { cost: count, apply: (doc) => A.splice(doc, TEXT_PATH, at, count) }
}

function textInsertion(at: number, text: string, wanted: string[]): Operation {
  return { cost: text.length, inserts: { at, text, wanted }, apply: (doc) => A.splice(doc, TEXT_PATH, at, 0, text) }
}

function markerInsertion(at: number, marker: Marker): Operation {
  return { cost: 10, apply: (doc) => A.splitBlock(doc, TEXT_PATH, at, scalars(marker) as { [key: string]: A.MaterializeValue }) }
}

function markerUpdate(at: number, was: Marker, marker: Marker): Operation {
  return { cost: 10, apply: (doc) => putMarker(doc, at, was, marker) }
}

function markOperation(name: string, value: Json, start: number, end: number): Operation {
  const range = { start, end, expand: expandOf(name) }
  return {
    cost: 2,
    apply: (doc) =>
      value === null ? A.unmark(doc, TEXT_PATH, range, name) : A.mark(doc, TEXT_PATH, range, name, value as A.MarkValue),
  }
}

/** Strings as scalars: a plain string would become a nested text, and types would merge letter by letter. */
function scalars(value: unknown): unknown {
  if (typeof value === 'string') return new A.ImmutableString(value)
  if (Array.isArray(value)) return value.map(scalars)
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, scalars(v)]))
  return value
}

// ---- attributes, by key on the marker that stays

type Backend = ReturnType<typeof A.getBackend>

const OURS = new Set(['paragraph', 'heading', 'ordered-list-item', 'unordered-list-item', 'table-cell', 'image'])

/**
 * Writes only the keys that differ, so that two people may change two attributes at once. When the type changes everything is written: a left-over
 * `parents` that the old type ignored must not come back to life. Attributes we do not know stay as they are.
 */
function putMarker(doc: PaperDoc, at: number, was: Marker, marker: Marker): void {
  const backend = A.getBackend(doc)
  const text = backend.getWithType('_root', 'text')?.[1] as string
  const block = backend.getWithType(text, at)?.[1] as string
  if (!OURS.has(marker.type)) {
    putAll(backend, block, marker as unknown as { [key: string]: Json })
    return
  }
  const retyped = was.type !== marker.type || was.parents?.[0] !== marker.parents[0]
  if (was.type !== marker.type) put(backend, block, 'type', marker.type)
  if (retyped || was.parents.length !== marker.parents.length) put(backend, block, 'parents', marker.parents)
  if (retyped && was.isEmbed !== marker.isEmbed) put(backend, block, 'isEmbed', marker.isEmbed)
  const held = backend.getWithType(block, 'attrs')
  const attrs = held?.[0] === 'map' ? (held[1] as string) : backend.putObject(block, 'attrs', {})
  const before = was.attrs ?? {}
  for (const key of new Set([...Object.keys(before), ...Object.keys(marker.attrs)])) {
    const value = marker.attrs[key]
    if (value === undefined) {
      if (COMMON.has(key)) backend.delete(attrs, key)
    } else if (retyped || before[key] !== value) put(backend, attrs, key, value)
  }
}

/** Attributes whose absence says something; others of an earlier type are ignored by readers and left alone. */
const COMMON = new Set(['id', 'renders', 'renders_sha256'])

function putAll(backend: Backend, object: string, values: { [key: string]: Json }): void {
  for (const key of backend.keys(object)) if (!(key in values)) backend.delete(object, key)
  for (const [key, value] of Object.entries(values)) put(backend, object, key, value)
}

function put(backend: Backend, object: string, key: string, value: Json): void {
  if (Array.isArray(value)) {
    const list = backend.putObject(object, key, [])
    value.forEach((item, i) => {
      if (item !== null && typeof item === 'object') backend.insertObject(list, i, scalars(item) as never)
      else backend.insert(list, i, item)
    })
  } else if (value !== null && typeof value === 'object') {
    const map = backend.putObject(object, key, {})
    for (const [k, v] of Object.entries(value)) put(backend, map, k, v)
  } else backend.put(object, key, value)
}
