/**
 * What changed between two editor documents, as few as possible deletions and insertions of *tokens*: block markers and UTF-16 units.
 *
 * Only the window of top-level nodes that are not the same object is looked at, so the cost follows the edit, not the text. Inside it, the
 * step that made the edit says exactly where (which of two equal letters was typed decides its author and its comments); what a step
 * cannot say is found by the longest common subsequence, so that characters both documents share keep their identity in Automerge.
 */
import type { Node } from 'prosemirror-model'
import { ReplaceStep, type Step } from 'prosemirror-transform'
import { blocksOfNode, type Marker } from './model'
import { lengthOf, offsetOf } from './places'

/** Parallel arrays. A marker's unit is the empty string, so that no character can be mistaken for one. */
export interface Tokens {
  units: string[]
  /** Canonical JSON: of the marker, or of the unit's marks. */
  keys: string[]
  markers: (Marker | null)[]
}

/** Tokens `[from, to)` of the old window give way to tokens `[into, until)` of the new one. */
export interface Hunk {
  from: number
  to: number
  into: number
  until: number
}

export interface Diff {
  /** Offset of the window in the text. */
  base: number
  old: Tokens
  new: Tokens
  /** In the order of the text, not touching. */
  hunks: Hunk[]
}

/** `step` is the one step that leads from `before` to `after`, when there is one: its place is then exact. */
export function diff(before: Node, after: Node, step: Step | null): Diff {
  const window = changedWindow(before, after)
  const { base } = window
  const old = tokensOf(before, window.start, before.childCount - window.end)
  const neu = tokensOf(after, window.start, after.childCount - window.end)
  const limit = exactPlace(before, step, base, old.units.length, neu.units.length)
  let prefix = 0
  while (prefix < limit.prefix && prefix < old.units.length && prefix < neu.units.length && old.units[prefix] === neu.units[prefix]) prefix++
  let suffix = 0
  const room = Math.min(old.units.length, neu.units.length) - prefix
  while (suffix < limit.suffix && suffix < room && old.units.at(-1 - suffix) === neu.units.at(-1 - suffix)) suffix++
  const middle: Hunk = { from: prefix, to: old.units.length - suffix, into: prefix, until: neu.units.length - suffix }
  widenToCharacters(old.units, neu.units, middle)
  return { base, old, new: neu, hunks: commonParts(old.units, neu.units, middle) }
}

/** Equal children (by identity) at both ends, and the text offset at which the rest begins. */
export function changedWindow(before: Node, after: Node): { start: number; end: number; base: number } {
  const { start, end } = differingPart(before.children, after.children)
  const base = before.children.slice(0, start).reduce((sum, node) => sum + lengthOf(node), 0)
  return { start, end, base }
}

/** How many are the same object at the start of both, and at their end. */
export function differingPart(before: readonly Node[], after: readonly Node[]): { start: number; end: number } {
  const shorter = Math.min(before.length, after.length)
  let start = 0
  while (start < shorter && before[start] === after[start]) start++
  let end = 0
  while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++
  return { start, end }
}

/** The tokens of the children `[start, end)`. */
export function tokensOf(doc: Node, start: number, end: number): Tokens {
  const tokens: Tokens = { units: [], keys: [], markers: [] }
  for (let i = start; i < end; i++) {
    for (const { marker, key, runs } of blocksOfNode(doc.child(i))) {
      if (marker) push(tokens, '', key, marker)
      for (const run of runs) for (let j = 0; j < run.text.length; j++) push(tokens, run.text[j], run.marks, null)
    }
  }
  return tokens
}

function push(tokens: Tokens, unit: string, key: string, marker: Marker | null): void {
  tokens.units.push(unit)
  tokens.keys.push(key)
  tokens.markers.push(marker)
}

/** How far trimming may go. Upper limits only, never taken for equality: the projection may have touched neighbours as well. */
function exactPlace(before: Node, step: Step | null, base: number, oldLength: number, newLength: number): { prefix: number; suffix: number } {
  if (step instanceof ReplaceStep) {
    const from = offsetOf(before, step.from) - base
    const to = offsetOf(before, step.to) - base
    const inserted = newLength - (oldLength - (to - from))
    if (to === from || inserted === 0) return { prefix: from, suffix: oldLength - to }
  }
  return { prefix: Infinity, suffix: Infinity }
}

const isLowSurrogate = (unit: string | undefined): boolean => unit !== undefined && unit >= '\udc00' && unit <= '\udfff'

/**
 * Grows a hunk so that it cuts no character in two. A surrogate pair is one element in Automerge and may never be cut. What people
 * see as one character (é as two code points, a vowelled letter, a family emoji) is replaced whole; but a pure insertion or deletion
 * stays exact, so that adding a vowel sign does not rewrite the letter below it.
 */
function widenToCharacters(old: string[], neu: string[], hunk: Hunk): void {
  while (isLowSurrogate(old[hunk.from]) || isLowSurrogate(neu[hunk.into])) shiftStart(hunk)
  while (isLowSurrogate(old[hunk.to]) || isLowSurrogate(neu[hunk.until])) shiftEnd(hunk)
  if (hunk.from === hunk.to || hunk.into === hunk.until) return
  while (hunk.from > 0 && (joins(old, hunk.from) || joins(neu, hunk.into))) shiftStart(hunk)
  while (hunk.to < old.length && (joins(old, hunk.to) || joins(neu, hunk.until))) shiftEnd(hunk)
}

function shiftStart(hunk: Hunk): void {
  hunk.from--
  hunk.into--
}

function shiftEnd(hunk: Hunk): void {
  hunk.to++
  hunk.until++
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
/** No character below this one ever joins with its neighbour, but for CR LF, which no paper holds. */
const FIRST_JOINING = '\u0300'

/** Whether the units on both sides of `index` belong to one visible character. Looks 32 units around: longer ones are not language. */
function joins(units: string[], index: number): boolean {
  const before = units[index - 1]
  const here = units[index]
  if (!before || !here || (before < FIRST_JOINING && here < FIRST_JOINING)) return false
  const start = Math.max(0, index - 32)
  const text = units.slice(start, index + 32).join('')
  const cut = units.slice(start, index).join('').length
  return graphemes.segment(text).containing(cut)?.index !== cut
}

/** Above this many cells the table of common parts is not worth its time: one hunk. */
const LCS_CELLS = 250_000

/** Splits a replaced stretch at the characters both sides share. */
function commonParts(old: string[], neu: string[], whole: Hunk): Hunk[] {
  if (whole.from === whole.to && whole.into === whole.until) return []
  const a = characters(old, whole.from, whole.to)
  const b = characters(neu, whole.into, whole.until)
  if (a.length === 0 || b.length === 0 || a.length * b.length > LCS_CELLS) return [whole]
  const common = lcsTable(a.length, b.length, (i, j) => a[i].text === b[j].text)
  const hunks: Hunk[] = []
  let open: Hunk = { ...whole, to: whole.from, until: whole.into }
  const close = (from: number, into: number): void => {
    if (open.to > open.from || open.until > open.into) hunks.push(open)
    open = { from, to: from, into, until: into }
  }
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    if (a[i].text === b[j].text) {
      close(a[i].end, b[j].end)
      i++
      j++
    } else if (common(i + 1, j) >= common(i, j + 1)) open.to = a[i++].end
    else open.until = b[j++].end
  }
  open.to = whole.to
  open.until = whole.until
  close(0, 0)
  return hunks
}

/** The visible characters of a stretch; a marker is one of its own. */
function characters(units: string[], from: number, to: number): { text: string; end: number }[] {
  const out: { text: string; end: number }[] = []
  let i = from
  while (i < to) {
    let end = i + 1
    while (end < to && (isLowSurrogate(units[end]) || joins(units, end))) end++
    out.push({ text: units.slice(i, end).join(''), end })
    i = end
  }
  return out
}

/** Length of the longest common subsequence of the rests from `i` and `j` on. */
export function lcsTable(n: number, m: number, equal: (i: number, j: number) => boolean): (i: number, j: number) => number {
  const width = m + 1
  const table = new Uint16Array((n + 1) * width)
  for (let i = n - 1; i >= 0; i--) {
    for (let j = m - 1; j >= 0; j--) {
      table[i * width + j] = equal(i, j)
        ? table[(i + 1) * width + j + 1] + 1
        : Math.max(table[(i + 1) * width + j], table[i * width + j + 1])
    }
  }
  return (i, j) => table[i * width + j]
}
