/**
 * Automerge → screen: the smallest transaction that turns the document on screen into what the spans say.
 *
 * Most of what arrives is somebody typing inside a paragraph: `fastSteps` turns such patches into exact steps and reads no spans.
 * Everything else goes through `reconcile`, which compares two documents block by block; the projection of local edits uses it too.
 * Small steps matter: carets, decorations and undo are mapped through them.
 */
import type * as A from '@automerge/automerge/slim'
import { Fragment, Slice, type Node } from 'prosemirror-model'
import type { Transaction } from 'prosemirror-state'
import { ReplaceStep } from 'prosemirror-transform'
import { lcsTable } from '../text/diff'
import { canonicalMarks, isGhost, proseMarks } from '../text/model'
import { offsetOf, positionOf } from '../text/places'
import { schema } from '../text/schema'

/**
 * Adds the steps for these patches to `tr`, whose document is the one they start from. False when one of them is more than words inside
 * a block: `tr` is then useless, and the caller reconciles.
 */
export function fastSteps(tr: Transaction, patches: A.Patch[]): boolean {
  return patches.every((patch) => {
    const [root, offset] = patch.path
    if (root !== 'text' || typeof offset !== 'number' || patch.path.length !== 2) return false
    const at = positionOf(tr.doc, offset)
    const $at = tr.doc.resolve(at)
    if (isGhost($at.parent) || offsetOf(tr.doc, at) !== offset) return false
    switch (patch.action) {
      case 'splice': {
        // Spans tell a typed U+FFFC from a marker; patches do not.
        if (patch.value === '' || patch.value.includes('\ufffc')) return false
        const words = schema.text(patch.value.toWellFormed(), proseMarks(canonicalMarks(patch.marks ?? {})))
        tr.step(new ReplaceStep(at, at, new Slice(Fragment.from(words), 0, 0)))
        return true
      }
      case 'del': {
        const length = patch.length ?? 1
        if ($at.parentOffset + length > $at.parent.content.size) return false
        tr.step(new ReplaceStep(at, at + length, Slice.empty))
        return true
      }
      default:
        return false
    }
  })
}

/** Adds steps to `tr` that turn its document into `target`. Blocks that are equal are not touched. */
export function reconcile(tr: Transaction, target: Node): Transaction {
  reconcileChildren(tr, tr.doc, target, 0)
  if (!tr.doc.eq(target)) throw new Error('reconcile has not reached its target: the steps above are wrong')
  return tr
}

/** `start` is where the content of `old` begins. Works from the last child to the first, so that positions on the left stay valid. */
function reconcileChildren(tr: Transaction, old: Node, neu: Node, start: number): void {
  const starts = [start]
  old.forEach((node, offset) => starts.push(start + offset + node.nodeSize))
  for (const region of changedRegions(old, neu).reverse()) {
    if (region.to - region.from === region.until - region.into) {
      for (let i = region.to - 1; i >= region.from; i--) pairNodes(tr, old.child(i), neu.child(region.into + i - region.from), starts[i])
    } else replaceRegion(tr, old, neu, region, starts)
  }
}

/** Children `[from, to)` of the old document stand where `[into, until)` of the new one should. */
interface Region {
  from: number
  to: number
  into: number
  until: number
}

const LCS_CELLS = 40_000

function changedRegions(old: Node, neu: Node): Region[] {
  let start = 0
  let end = 0
  const shorter = Math.min(old.childCount, neu.childCount)
  while (start < shorter && same(old.child(start), neu.child(start))) start++
  while (end < shorter - start && same(old.child(old.childCount - 1 - end), neu.child(neu.childCount - 1 - end))) end++
  const whole: Region = { from: start, to: old.childCount - end, into: start, until: neu.childCount - end }
  const n = whole.to - whole.from
  const m = whole.until - whole.into
  if (n === 0 && m === 0) return []
  if (n === 0 || m === 0 || n * m > LCS_CELLS) return [whole]
  return splitAtCommonBlocks(old, neu, whole)
}

function splitAtCommonBlocks(old: Node, neu: Node, whole: Region): Region[] {
  const equal = (i: number, j: number): boolean => same(old.child(whole.from + i), neu.child(whole.into + j))
  const n = whole.to - whole.from
  const m = whole.until - whole.into
  const common = lcsTable(n, m, equal)
  const regions: Region[] = []
  let from = 0
  let into = 0
  const close = (to: number, until: number): void => {
    if (to > from || until > into) {
      regions.push({ from: whole.from + from, to: whole.from + to, into: whole.into + into, until: whole.into + until })
    }
  }
  let i = 0
  let j = 0
  while (i < n && j < m) {
    if (equal(i, j)) {
      close(i, j)
      from = ++i
      into = ++j
    } else if (common(i + 1, j) >= common(i, j + 1)) i++
    else j++
  }
  close(n, m)
  return regions
}

const same = (a: Node, b: Node): boolean => a === b || (a.nodeSize === b.nodeSize && a.eq(b))

/** What is inside first, then what the node is; `position` is where the old node starts. */
function pairNodes(tr: Transaction, old: Node, neu: Node, position: number): void {
  if (same(old, neu)) return
  if (old.isTextblock && neu.isTextblock) replaceWords(tr, old, neu, position + 1)
  else if (old.type === neu.type) reconcileChildren(tr, old, neu, position + 1)
  else {
    tr.step(new ReplaceStep(position, position + old.nodeSize, new Slice(Fragment.from(neu), 0, 0)))
    return
  }
  if (old.type !== neu.type) tr.setNodeMarkup(position, neu.type, neu.attrs)
  else {
    for (const [name, value] of Object.entries(neu.attrs)) {
      if (old.attrs[name] !== value) tr.setNodeAttribute(position, name, value)
    }
  }
}

function replaceWords(tr: Transaction, old: Node, neu: Node, start: number): void {
  const from = old.content.findDiffStart(neu.content)
  if (from === null) return
  const { a, b } = diffEnds(old.content, neu.content, from)
  tr.step(new ReplaceStep(start + from, start + a, new Slice(neu.content.cut(from, b), 0, 0)))
}

/** A split or a join becomes one exact step; what does not fit one is replaced as closed blocks. */
function replaceRegion(tr: Transaction, old: Node, neu: Node, region: Region, starts: number[]): void {
  const was = childrenOf(old, region.from, region.to)
  const becomes = childrenOf(neu, region.into, region.until)
  const start = starts[region.from]
  const before = tr.doc
  const from = was.findDiffStart(becomes)
  if (from !== null) {
    const { a, b } = diffEnds(was, becomes, from)
    const into = childrenOf(neu, 0, region.into).size
    if (exactStep(tr, start + from, start + a, neu, into + from, into + b)) {
      if (tr.doc.slice(start, start + becomes.size).content.eq(becomes)) return
      tr.step(tr.steps[tr.steps.length - 1].invert(before))
    }
  }
  tr.step(new ReplaceStep(start, starts[region.to], new Slice(becomes, 0, 0)))
}

/** Replaces `[from, to)` by what stands in `[into, until)` of `source`, open at the ends, if that fits. */
function exactStep(tr: Transaction, from: number, to: number, source: Node, into: number, until: number): boolean {
  const slice = source.slice(into, until)
  const $from = tr.doc.resolve(from)
  const $to = tr.doc.resolve(to)
  if ($from.depth - slice.openStart !== $to.depth - slice.openEnd || slice.openStart > $from.depth) return false
  return !tr.maybeStep(new ReplaceStep(from, to, slice)).failed
}

/** Where two fragments start to be equal to the end, never before `from` on either side. */
function diffEnds(a: Fragment, b: Fragment, from: number): { a: number; b: number } {
  const end = a.findDiffEnd(b) ?? { a: from, b: from }
  const overlap = from - Math.min(end.a, end.b)
  return overlap > 0 ? { a: end.a + overlap, b: end.b + overlap } : end
}

function childrenOf(node: Node, start: number, end: number): Fragment {
  return Fragment.fromArray(node.children.slice(start, end))
}
