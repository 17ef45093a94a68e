/**
 * The binding: the one place where an Automerge text and an editor document meet.
 *
 * Out: `record` queues the steps of local transactions; `flush` writes them. Typing is queued for a moment, so that a word becomes one
 * change instead of six. In: `receive` applies the changes of one frame and returns the transaction that shows them.
 *
 * The invariant, whenever nothing is queued: `buildDoc(blocksOfSpans(spans))` equals the editor's document. Everything that reads
 * or names a place in the text (remote changes, anchors, carets, undo) therefore flushes first.
 *
 * While an input method composes, the screen must not change under it. Other people's changes then go into the document at once, but
 * are not shown: the screen stays at an older version (`shownAt`), what is written goes to that version by `changeAt`, as if it had been
 * written before the others' words came, and `release` shows everything.
 */
import * as A from '@automerge/automerge/slim'
import type { Node } from 'prosemirror-model'
import { TextSelection, type EditorState, type Transaction } from 'prosemirror-state'
import type { Step } from 'prosemirror-transform'
import { TEXT_PATH, type PaperDoc } from '../text/automerge'
import { changedWindow, diff, tokensOf } from '../text/diff'
import { blocksOfSpans, buildDoc, canonicalMarks } from '../text/model'
import { offsetOf, positionOf } from '../text/places'
import { COARSE, isRemote, ORIGIN } from './normalise'
import { cursorAt, offsetOfCursor } from '../passages/caret'
import { fastSteps, reconcile } from './read'
import { markOperations, operations, type Operation } from './write'

/** Operations in one change, at most: a large paste becomes several, each small enough to relay at once. */
const OPERATIONS_PER_CHANGE = 5_000

/** `step` leads from `before` to `after`; null when several did. */
interface Edit {
  before: Node
  after: Node
  step: Step | null
}

export class Binding {
  private queue: Edit[] = []
  /** The version the screen shows; null when that is the document as it is. */
  private shownAt: A.Heads | null = null

  /** `onChanges` gets what `flush` wrote, in order, already in `doc`. */
  constructor(
    public doc: PaperDoc,
    private readonly onChanges: (changes: Uint8Array[]) => void,
  ) {}

  /** The editor document for the text as it is. Nodes of `reuse` are taken over where nothing changed. */
  read(reuse?: Node): Node {
    return buildDoc(blocksOfSpans(A.spans(this.doc, TEXT_PATH)), reuse)
  }

  /** The document at the version the screen shows: offsets of the screen are offsets of this. */
  get shownDoc(): PaperDoc {
    return this.shownAt ? A.view(this.doc, this.shownAt) : this.doc
  }

  get hasUnwritten(): boolean {
    return this.queue.length > 0
  }

  /** Queues what these transactions, all applied in a row, did to the document. */
  record(transactions: readonly Transaction[]): void {
    for (const tr of transactions) {
      if (isRemote(tr)) continue
      tr.steps.forEach((step, i) => this.queueEdit({ before: tr.docs[i], after: tr.docs[i + 1] ?? tr.doc, step }, tr))
    }
  }

  /** Queues a change of the document that no single step describes. */
  recordWhole(before: Node, after: Node): void {
    this.queue.push({ before, after, step: null })
  }

  private queueEdit(edit: Edit, tr: Transaction): void {
    const last = this.queue.at(-1)
    if (last && last.after === edit.before) {
      // A correction belongs to the edit it corrects: the new block is then written once, id included.
      const merged = tr.getMeta(ORIGIN) === 'projection' ? last.step : edit.step && last.step?.merge(edit.step)
      if (merged) {
        last.after = edit.after
        last.step = merged
        return
      }
    }
    this.queue.push(edit)
  }

  /** Writes what is queued, then hands out the changes. */
  flush(): void {
    if (this.queue.length === 0) return
    const edits = this.queue
    this.queue = []
    const changes: Uint8Array[] = []
    const diffs = edits.map(({ before, after, step }) => diff(before, after, step))
    const written = this.write(diffs.flatMap(operations), changes)
    const mending = this.mendMarks(written, edits[0].before, edits[edits.length - 1].after)
    this.write(mending, changes)
    if (changes.length > 0) this.onChanges(changes)
  }

  private write(list: Operation[], changes: Uint8Array[]): Written {
    const patches: A.Patch[] = []
    let groups = 0
    for (const group of groupsOf(list)) {
      groups++
      const before = A.getHeads(this.doc).join()
      this.change((doc) => group.forEach((operation) => operation.apply(doc)), patches)
      const change = A.getLastLocalChange(this.doc)
      if (change && A.getHeads(this.doc).join() !== before) changes.push(change)
    }
    const insertions = list.flatMap(({ inserts }) => inserts ?? [])
    // Offsets of patches are those of their moment: they are final only when nothing was written after them.
    return { insertions, patches: groups === 1 && list.at(-1)?.inserts ? patches : [] }
  }

  /** Changes the version the screen shows. Patches are collected only when that is the document as it is. */
  private change(apply: (doc: PaperDoc) => void, patches: A.Patch[]): void {
    if (this.shownAt) {
      const { newDoc, newHeads } = A.changeAt(this.doc, this.shownAt, apply)
      this.doc = newDoc
      this.shownAt = newHeads ?? this.shownAt
    } else this.doc = A.change(this.doc, { patchCallback: (more) => void patches.push(...more) }, apply)
  }

  /**
   * Inserted words have inherited marks from their neighbours in Automerge, by rules that cannot be foretold safely. So they are read
   * back, from the change's own patch when it was one stretch of typing, else from the spans, and differences become a second change.
   */
  private mendMarks({ insertions, patches }: Written, before: Node, after: Node): Operation[] {
    if (insertions.length === 0) return []
    if (insertions.length === 1) {
      const [{ at, text, wanted }] = insertions
      const splices = patches.filter((patch) => patch.action === 'splice' && patch.path.length === 2)
      const [own] = splices
      if (splices.length === 1 && own.action === 'splice' && own.path[1] === at && own.value === text) {
        const inherited = canonicalMarks(own.marks ?? {})
        return markOperations(at, wanted, () => inherited, () => false)
      }
    }
    const { start, end, base } = changedWindow(before, after)
    const wanted = tokensOf(after, start, after.childCount - end)
    const actual = this.marksBetween(base, base + wanted.units.length)
    return markOperations(base, wanted.keys, (i) => actual[i], (i) => wanted.markers[i] !== null)
  }

  /** The canonical marks of each unit as Automerge has them; empty for a marker. */
  private marksBetween(start: number, end: number): string[] {
    const keys: string[] = []
    let offset = 0
    for (const block of blocksOfSpans(A.spans(this.shownDoc, TEXT_PATH))) {
      if (block.marker) {
        if (offset >= start && offset < end) keys.push('')
        offset++
      }
      for (const run of block.runs) {
        const inside = Math.min(end, offset + run.text.length) - Math.max(start, offset)
        for (let i = 0; i < inside; i++) keys.push(run.marks)
        offset += run.text.length
      }
    }
    return keys
  }

  /**
   * Takes in other people's changes and returns the transaction that shows them, or null when nothing visible changed. The caret stays
   * with the character it followed. Cost: one `applyChanges`, which grows with the text; so call once per frame.
   */
  receive(changes: Uint8Array[], state: EditorState): Transaction | null {
    this.flush()
    const held = this.shownAt !== null
    const carets = this.carets(state)
    const patches = this.apply(changes)
    const fast = state.tr
    const tr = !held && fastSteps(fast, patches) ? markRemote(fast) : this.catchUp(state)
    if (!tr?.docChanged) return null
    if (carets) this.restoreSelection(tr, carets)
    return tr
  }

  /** Takes them in without showing them, until `release` or the next `receive`. */
  hold(changes: Uint8Array[]): void {
    this.flush()
    this.shownAt ??= A.getHeads(this.doc)
    this.apply(changes)
  }

  /** The transaction that shows what was held, or null. */
  release(state: EditorState): Transaction | null {
    return this.shownAt ? this.receive([], state) : null
  }

  private apply(changes: Uint8Array[]): A.Patch[] {
    let patches: A.Patch[] = []
    ;[this.doc] = A.applyChanges(this.doc, changes, { patchCallback: (all) => (patches = all) })
    return patches
  }

  /** Anchor and head of the selection, as they can be found again. */
  private carets({ doc, selection }: EditorState): (string | null)[] | null {
    if (!(selection instanceof TextSelection)) return null
    const shown = this.shownDoc
    return [selection.anchor, selection.head].map((at) => cursorAt(shown, offsetOf(doc, at)))
  }

  /** The transaction that shows the text as it is, or null when the screen shows it already. */
  catchUp(state: EditorState): Transaction | null {
    this.shownAt = null
    const target = this.read(state.doc)
    return target.eq(state.doc) ? null : markRemote(reconcile(state.tr, target)).setMeta(COARSE, true)
  }

  private restoreSelection(tr: Transaction, carets: (string | null)[]): void {
    const [anchor, head] = carets.map((cursor) => cursor && offsetOfCursor(this.doc, cursor))
    if (typeof anchor !== 'number' || typeof head !== 'number') return
    if (offsetOf(tr.doc, tr.selection.anchor) === anchor && offsetOf(tr.doc, tr.selection.head) === head) return
    const place = (offset: number) => tr.doc.resolve(positionOf(tr.doc, offset))
    tr.setSelection(TextSelection.between(place(anchor), place(head)))
  }
}

interface Written {
  insertions: NonNullable<Operation['inserts']>[]
  /** Of a single change that ended with an insertion of text; else empty. */
  patches: A.Patch[]
}

function markRemote(tr: Transaction): Transaction {
  return tr.setMeta('addToHistory', false).setMeta(ORIGIN, 'remote')
}

function* groupsOf(list: Operation[]): Generator<Operation[]> {
  let group: Operation[] = []
  let cost = 0
  for (const operation of list) {
    if (group.length > 0 && cost + operation.cost > OPERATIONS_PER_CHANGE) {
      yield group
      group = []
      cost = 0
    }
    group.push(operation)
    cost += operation.cost
  }
  if (group.length > 0) yield group
}
