/**
 * A text with people writing in it, without a screen: an editor state and its binding, kept in step. The surface puts a view on it; tests use
 * it as it is.
 *
 * ```ts
 * const text = new LivingText(doc, { onChanges: send, newId })
 * text.dispatch(text.state.tr.insertText('acogida'))   // what a person does
 * text.flush()                                         // now it is in `text.doc`, and `send` has been called
 * text.receive(changes)                                // what others did
 * ```
 */
import * as A from '@automerge/automerge/slim'
import { history, redo, redoDepth, undo, undoDepth } from 'prosemirror-history'
import type { Node } from 'prosemirror-model'
import { EditorState, type Command, type Plugin, type Transaction } from 'prosemirror-state'
import { TEXT_PATH, type PaperDoc } from '../text/automerge'
import { blocksOfSpans, buildDoc } from '../text/model'
import { Binding } from './binding'
import { isRemote, normaliser, ORIGIN } from './normalise'
import { actorAt } from '../passages/anchor'
import { reconcile } from './read'
import { keepingOthersWords } from './undo'

export interface LivingTextOptions {
  onChanges(changes: Uint8Array[]): void
  /** 16 lowercase hex digits, never the same twice. */
  newId(): string
  /** Of the surface: decorations, key bindings. */
  plugins?: Plugin[]
  /** Milliseconds of silence after which typing starts a new step of undo. */
  undoGroupMs?: number
}

export class LivingText {
  state: EditorState
  private binding: Binding
  /** The actors this session wrote as: what they wrote is one's own, and undo may take it back. */
  private readonly mine = new Set<string>()

  constructor(
    doc: PaperDoc,
    private readonly options: LivingTextOptions,
  ) {
    this.binding = new Binding(doc, options.onChanges)
    this.mine.add(A.getActorId(doc))
    this.state = this.freshState()
  }

  private freshState(): EditorState {
    const { plugins = [], newId, undoGroupMs = 500 } = this.options
    return EditorState.create({ doc: this.binding.read(), plugins: [...plugins, history({ newGroupDelay: undoGroupMs }), normaliser(newId)] })
  }

  /** The document, queued words not included: `flush` first. */
  get doc(): PaperDoc {
    return this.binding.doc
  }

  /** The document at the version on screen, which is older while other people's changes are held. Offsets of the screen belong to it. */
  get shownDoc(): PaperDoc {
    return this.binding.shownDoc
  }

  get hasUnwritten(): boolean {
    return this.binding.hasUnwritten
  }

  /** The editor document of the text as it was at these heads; null when it does not know them. Paragraphs that have not changed are the same objects. */
  at(heads: string[]): Node | null {
    return A.hasHeads(this.doc, heads) ? buildDoc(blocksOfSpans(A.spans(A.view(this.doc, heads), TEXT_PATH)), this.state.doc) : null
  }

  get canUndo(): boolean {
    return undoDepth(this.state) > 0
  }

  get canRedo(): boolean {
    return redoDepth(this.state) > 0
  }

  /** Applies a transaction of a person, or one that `receive` made. Returns what was applied, corrections included. */
  dispatch(tr: Transaction): readonly Transaction[] {
    const { state, transactions } = this.state.applyTransaction(tr)
    if (isRemote(tr) && transactions.some((other) => other !== tr && other.docChanged)) {
      throw new Error('a plugin changed the document in answer to a remote change; two editors doing so would never come to rest')
    }
    this.state = state
    this.binding.record(transactions)
    return transactions
  }

  /** Runs a ProseMirror command on the current state. False when it does not apply. */
  run(command: Command): boolean {
    return command(this.state, (tr) => void this.dispatch(tr))
  }

  flush(): void {
    this.binding.flush()
  }

  /** The transaction that shows other people's changes, to be dispatched; null when nothing visible changed. They are in `doc` at once. */
  receive(changes: Uint8Array[]): Transaction | null {
    return this.binding.receive(changes, this.state)
  }

  /** Takes them in without showing them: while an input method composes, the screen must not change under it. */
  hold(changes: Uint8Array[]): void {
    this.binding.hold(changes)
  }

  /** The transaction that shows what was held, to be dispatched; null when nothing was. */
  release(): Transaction | null {
    return this.binding.release(this.state)
  }

  undo(): boolean {
    return this.travel(undo)
  }

  redo(): boolean {
    return this.travel(redo)
  }

  /** Undo or redo, then the guard of `undo.ts`. */
  private travel(command: Command): boolean {
    const held = this.release()
    if (held) this.dispatch(held)
    this.flush()
    const before = this.state.doc
    let tr: Transaction | null = null
    if (!command(this.state, (made) => (tr = made)) || !tr) return false
    const { state, transactions } = this.state.applyTransaction(tr)
    this.state = state
    const kept = keepingOthersWords(before, state.doc, (offset) => this.mine.has(actorAt(this.doc, offset)))
    if (kept) {
      const repair = reconcile(state.tr, kept).setMeta('addToHistory', false).setMeta(ORIGIN, 'remote')
      this.state = state.apply(repair)
      this.binding.recordWhole(before, this.state.doc)
    } else this.binding.record(transactions)
    this.flush()
    return true
  }

  /** Shows another document from now on; the selection stays as near as it can, undo starts empty. */
  replaceDoc(doc: PaperDoc): void {
    this.flush()
    this.binding = new Binding(doc, this.options.onChanges)
    this.mine.clear()
    this.mine.add(A.getActorId(doc))
    this.state = this.freshState()
  }

  /** The transaction that sets the screen right when it differs from the text, which must never be; else null. Flushes. */
  check(): Transaction | null {
    this.flush()
    return this.binding.catchUp(this.state)
  }
}
