/**
 * `createEditor`: a living text on screen. Here the timers, the view and the page's callbacks meet; what any of it means for the text is
 * decided elsewhere.
 *
 * When things happen:
 * - typing is written to Automerge at the end of a word, or 150 ms after its first letter, or when anything needs the text;
 * - other people's changes are taken in at once, and shown at once except while an input method composes: then when it ends, at most 2 s later;
 * - snapshots, places of threads and carets follow at most once per frame;
 * - after 2 s without an edit the screen is compared with the text, and set right from the text if they differ.
 */
import type { Node } from 'prosemirror-model'
import { TextSelection, type Transaction } from 'prosemirror-state'
import { ReplaceStep } from 'prosemirror-transform'
import { EditorView } from 'prosemirror-view'
import type { PaperDoc } from '../text/automerge'
import type { CaretPlace, Command, Editor, EditorOptions, RemoteCaret, ShownThread, ThreadPlace } from '../face'
import { LivingText } from '../binding/living-text'
import { blocksOf, offsetOf, positionOf } from '../text/model'
import { COARSE, isRemote } from '../binding/normalise'
import { anchorKey, AnchorFollower, anchorOf, type Anchor } from '../passages/anchor'
import { attributionOf, type AttributedWords } from '../passages/attribution'
import { cursorAt, offsetOfCursor } from '../passages/caret'
import { carets, placedCarets, withCarets, type PlacedCaret } from './carets'
import { commands, setLink } from './commands'
import { keyboard } from './keys'
import { numbers, withFirstNumber } from './numbers'
import { paste } from './paste'
import { snapshotOf } from './snapshot'
import { elementsOfThreads, placedThreads, threads, withPlaces, type PlacedThread } from './threads'
import './paper.css'

const WRITE_AFTER_MS = 150
const CHECK_AFTER_MS = 2_000
const COMPOSING_AT_MOST_MS = 2_000

export function createEditor(host: HTMLElement, options: EditorOptions): Editor {
  return new ChapterEditor(host, options)
}

class ChapterEditor implements Editor {
  private readonly text: LivingText
  private readonly view: EditorView
  private readonly help: HTMLElement | null
  private readonly resizes: ResizeObserver | null
  private readonly layoutListeners = new Set<() => void>()
  private readonly threadListeners = new Set<(id: string) => void>()

  private firstNumber: number
  private shownThreads: ShownThread[] = []
  private shownCarets: RemoteCaret[] = []
  private editable: boolean
  private hadFocus = false
  private caretMoved = false
  private frame: number | null = null
  private follower = new AnchorFollower()
  private placesStale = false
  /** Places mapped through the last transactions may be off: look all of them up. */
  private mappingLost = false
  private writeTimer: ReturnType<typeof setTimeout> | undefined
  private checkTimer: ReturnType<typeof setTimeout> | undefined
  private composeTimer: ReturnType<typeof setTimeout> | undefined

  constructor(
    host: HTMLElement,
    private readonly options: EditorOptions,
  ) {
    this.editable = options.editable
    this.firstNumber = options.firstNumber
    this.text = new LivingText(options.doc, {
      onChanges: (changes) => options.onChanges(changes),
      newId: randomId,
      plugins: [
        ...keyboard({
          undo: () => this.run('undo'),
          redo: () => this.run('redo'),
          link: () => options.onLinkRequest?.(),
          comment: () => options.onCommentRequest?.(),
        }),
        paste(),
        numbers(options.firstNumber),
        carets(),
        threads((id) => this.threadListeners.forEach((listener) => listener(id))),
      ],
    })
    this.help = options.help ? helpElement(host, options.help) : null
    this.view = new EditorView(host, {
      state: this.text.state,
      editable: () => this.editable,
      attributes: () => this.attributes(),
      dispatchTransaction: (tr) => this.dispatch(tr),
      handleDOMEvents: {
        focus: () => this.focused(),
        blur: () => this.flush(),
        compositionend: () => void setTimeout(() => this.showHeld()),
      },
    })
    this.resizes = typeof ResizeObserver === 'undefined' ? null : new ResizeObserver(() => this.layoutMoved())
    this.resizes?.observe(this.view.dom)
    document.addEventListener('visibilitychange', this.flushWhenHidden)
    window.addEventListener('pagehide', this.flushNow)
    this.soon()
  }

  private focused(): void {
    this.hadFocus = true
    this.announceCaret()
  }

  private attributes(): Record<string, string> {
    const { label, language } = this.options
    return {
      class: 'text',
      lang: language,
      'aria-label': label,
      ...(this.editable
        ? { role: 'textbox', 'aria-multiline': 'true', spellcheck: 'true', ...(this.help && { 'aria-describedby': this.help.id }) }
        : { role: 'document' }),
    }
  }

  // ---- the text

  private dispatch(tr: Transaction): void {
    const transactions = this.text.dispatch(tr)
    this.view.updateState(this.text.state)
    const edited = transactions.some((one) => one.docChanged && !isRemote(one))
    if (edited) this.writeSoon(tr)
    if (transactions.some((one) => one.docChanged)) this.checkLater()
    // Words of a comment went: detached, or only mapped away?
    if (edited && placedThreads(this.text.state).some(({ place }) => place && place.to <= place.from)) this.placesStale = true
    if (edited || tr.selectionSet) this.announceCaret()
    this.soon()
  }

  /** A letter waits for its word; anything else is written at once. */
  private writeSoon(tr: Transaction): void {
    if (!continuesWord(tr)) this.flush()
    else this.writeTimer ??= setTimeout(this.flushNow, WRITE_AFTER_MS)
  }

  private readonly flushNow = (): void => this.flush()
  private readonly flushWhenHidden = (): void => {
    if (document.visibilityState === 'hidden') this.flush()
  }

  flush(): void {
    clearTimeout(this.writeTimer)
    this.writeTimer = undefined
    if (!this.text.hasUnwritten) return
    this.text.flush()
    if (this.caretMoved) this.announceCaret()
  }

  /** A caret is a place in the written text: while letters wait to be written, so does the news of it. */
  private announceCaret(): void {
    this.caretMoved = this.text.hasUnwritten
    if (!this.caretMoved) this.options.onCaret?.()
  }

  doc(): PaperDoc {
    this.flush()
    return this.text.doc
  }

  receive(changes: Uint8Array[]): void {
    if (!this.view.composing) return this.show(this.text.receive(changes))
    this.text.hold(changes)
    this.composeTimer ??= setTimeout(() => this.showHeld(), COMPOSING_AT_MOST_MS)
  }

  private showHeld(): void {
    clearTimeout(this.composeTimer)
    this.composeTimer = undefined
    if (!this.view.isDestroyed) this.show(this.text.release())
  }

  private show(tr: Transaction | null): void {
    if (tr?.getMeta(COARSE)) this.mappingLost = true
    if (tr) this.view.dispatch(tr)
    this.stalePlaces()
  }

  replaceDoc(doc: PaperDoc): void {
    this.flush()
    this.text.replaceDoc(doc)
    this.view.updateState(this.text.state)
    this.setFirstNumber(this.firstNumber)
    this.follower = new AnchorFollower()
    this.stalePlaces()
  }

  private checkLater(): void {
    clearTimeout(this.checkTimer)
    this.checkTimer = setTimeout(() => this.check(), CHECK_AFTER_MS)
  }

  private check(): void {
    if (this.view.composing) return this.checkLater()
    this.mappingLost = true
    this.stalePlaces()
    const shown = this.text.state.doc
    const tr = this.text.check()
    if (!tr) return
    this.options.onFault?.(firstDifference(shown, tr.doc))
    this.view.dispatch(tr)
  }

  setEditable(editable: boolean): void {
    if (editable === this.editable) return
    this.flush()
    this.editable = editable
    this.view.setProps({}) // asks `editable` and `attributes` again
  }

  setFirstNumber(firstNumber: number): void {
    this.firstNumber = firstNumber
    this.view.dispatch(withFirstNumber(this.text.state, firstNumber))
  }

  focus(): void {
    this.view.focus()
  }

  destroy(): void {
    this.flush()
    clearTimeout(this.checkTimer)
    clearTimeout(this.composeTimer)
    if (this.frame !== null) cancelAnimationFrame(this.frame)
    document.removeEventListener('visibilitychange', this.flushWhenHidden)
    window.removeEventListener('pagehide', this.flushNow)
    this.resizes?.disconnect()
    this.view.destroy()
    this.help?.remove()
  }

  run(command: Command): boolean {
    if (!this.editable) return false
    if (command !== 'undo' && command !== 'redo') return commands[command](this.text.state, (tr) => this.dispatch(tr), this.view)
    const done = command === 'undo' ? this.text.undo() : this.text.redo()
    if (!done) return false
    this.view.updateState(this.text.state)
    this.view.dispatch(this.text.state.tr.scrollIntoView())
    this.checkLater()
    this.mappingLost = true
    this.stalePlaces()
    this.announceCaret()
    return true
  }

  setLink(href: string | null): boolean {
    return this.editable && setLink(href)(this.text.state, (tr) => this.dispatch(tr))
  }

  // ---- carets

  caret(): CaretPlace {
    if (!this.hadFocus) return { caret: null, anchor: null }
    this.flush()
    const { doc, selection } = this.text.state
    const cursor = (position: number) => cursorAt(this.text.shownDoc, offsetOf(doc, position))
    return { caret: cursor(selection.head), anchor: cursor(selection.anchor) }
  }

  setCarets(shown: RemoteCaret[]): void {
    this.shownCarets = shown
    this.stalePlaces()
  }

  private placeCarets(everything: boolean): PlacedCaret[] {
    const position = (cursor: string | null): number | null => {
      const offset = cursor === null ? null : offsetOfCursor(this.text.shownDoc, cursor)
      return offset === null ? null : positionOf(this.text.state.doc, offset)
    }
    const known = new Map(everything ? [] : placedCarets(this.text.state).map((one) => [one.who.connection, one]))
    return this.shownCarets.flatMap((who) => {
      const placed = known.get(who.connection)
      if (placed && placed.who.caret === who.caret && placed.who.anchor === who.anchor) return [{ ...placed, who }]
      const head = position(who.caret)
      return head === null ? [] : [{ who, head, anchor: position(who.anchor) ?? head }]
    })
  }

  // ---- threads and passages

  anchorOfSelection(): { anchor: Anchor; paragraph: string } | null {
    this.flush()
    const { doc, selection } = this.text.state
    if (selection.empty) return null
    const range = { start: offsetOf(doc, selection.from), end: offsetOf(doc, selection.to) }
    const markers = markerOffsets(doc)
    const quote = doc.textBetween(selection.from, selection.to, '\n').toWellFormed()
    const anchor = anchorOf(this.text.shownDoc, range, quote, (index) => markers.has(index))
    const paragraph = this.blockAt(selection.from)?.attrs.id
    return anchor.runs.length > 0 && paragraph ? { anchor, paragraph } : null
  }

  setThreads(shown: ShownThread[]): void {
    this.shownThreads = shown
    this.stalePlaces()
  }

  private placeThreads(everything: boolean): PlacedThread[] {
    const { doc } = this.text.state
    const known = new Map(everything ? [] : placedThreads(this.text.state).map((one) => [one.thread.id, one]))
    return this.shownThreads.map((thread) => {
      const placed = known.get(thread.id)
      const holds = placed?.place && placed.place.to > placed.place.from && anchorKey(placed.thread.anchor) === anchorKey(thread.anchor)
      if (holds) return { thread, place: placed.place }
      const range = this.follower.rangeOf(this.text.shownDoc, thread.anchor)
      return { thread, place: range && { from: positionOf(doc, range.start), to: positionOf(doc, range.end) } }
    })
  }

  threadPlaces(): Map<string, ThreadPlace> {
    this.placeNow()
    const { doc } = this.text.state
    const elements = elementsOfThreads(this.view.dom)
    const origin = this.view.dom.getBoundingClientRect().top
    return new Map(
      placedThreads(this.text.state).map(({ thread, place }): [string, ThreadPlace] => {
        if (!place) return [thread.id, { top: 0, detached: true, paragraph: null }]
        // Words just deleted have no element any more until their thread is looked up again: their block stands in.
        const element = elements.get(thread.id) ?? this.view.dom.children[doc.resolve(place.from).index(0)]
        const top = element.getBoundingClientRect().top - origin
        return [thread.id, { top, detached: false, paragraph: this.blockAt(place.from)?.attrs.id ?? null }]
      }),
    )
  }

  onLayout(listener: () => void): () => void {
    this.layoutListeners.add(listener)
    return () => void this.layoutListeners.delete(listener)
  }

  onThreadClick(listener: (id: string) => void): () => void {
    this.threadListeners.add(listener)
    return () => void this.threadListeners.delete(listener)
  }

  scrollToThread(id: string): void {
    this.placeNow()
    elementsOfThreads(this.view.dom).get(id)?.scrollIntoView({ block: 'center' })
  }

  scrollToParagraph(id: string): boolean {
    const { doc } = this.text.state
    const index = doc.children.findIndex((node) => node.attrs.id === id)
    if (index < 0) return false
    const element = this.view.dom.children[index]
    const start = this.view.posAtDOM(element, 0)
    this.view.dispatch(this.text.state.tr.setSelection(TextSelection.near(doc.resolve(start))))
    element.scrollIntoView({ block: 'center' })
    return true
  }

  attributionOfSelection(): AttributedWords[] {
    this.flush()
    const { doc, selection } = this.text.state
    const { $head } = selection
    const [from, to] = selection.empty ? [$head.start(), $head.end()] : [selection.from, selection.to]
    const units = blocksOf(doc).flatMap(({ marker, runs }) => [marker ? '\n' : '', ...runs.map((run) => run.text)]).join('')
    const range = { start: offsetOf(doc, from), end: offsetOf(doc, to) }
    return attributionOf(this.text.shownDoc, range, (start, end) => units.slice(start, end))
  }

  private blockAt(position: number): Node | null {
    const $at = this.text.state.doc.resolve(position)
    return $at.depth > 0 ? $at.node(1) : $at.nodeAfter
  }

  // ---- once per frame

  private stalePlaces(): void {
    this.placesStale = true
    this.soon()
  }

  private soon(): void {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null
      if (this.placesStale) this.placeNow()
      const { canUndo, canRedo } = this.text
      this.options.onState(snapshotOf(this.text.state, { canUndo, canRedo }))
      this.layoutMoved()
    })
  }

  /** Looks up anchors and cursors that are new, lost or gone; the others have been mapped. The text must be written for that. */
  private placeNow(): void {
    if (!this.placesStale) return
    this.flush()
    const everything = this.mappingLost
    this.placesStale = false
    this.mappingLost = false
    const placed = withPlaces(this.text.state, this.placeThreads(everything))
    if (placed) this.view.dispatch(placed)
    const moved = withCarets(this.text.state, this.placeCarets(everything))
    if (moved) this.view.dispatch(moved)
  }

  private layoutMoved(): void {
    this.layoutListeners.forEach((listener) => listener())
  }
}

/** Typed letters or digits, in one step: more of the word may follow. */
function continuesWord(tr: Transaction): boolean {
  if (tr.steps.length !== 1) return false
  const [step] = tr.steps
  if (!(step instanceof ReplaceStep) || step.slice.openStart > 0 || step.slice.openEnd > 0) return false
  const words = step.slice.content.textBetween(0, step.slice.content.size, '\n')
  return words === '' || /[\p{L}\p{M}\p{N}]$/u.test(words)
}

function markerOffsets(doc: Node): Set<number> {
  const offsets = new Set<number>()
  doc.forEach((node, position) => node.attrs.ghost !== true && offsets.add(offsetOf(doc, position)))
  return offsets
}

function firstDifference(shown: Node, stored: Node): { shown: string; stored: string } {
  const [a, b] = [blocksOf(shown), blocksOf(stored)].map((blocks) => blocks.map((block) => JSON.stringify(block)))
  const at = a.findIndex((block, i) => block !== b[i])
  return { shown: a[at] ?? '', stored: b[at < 0 ? a.length : at] ?? '' }
}

function helpElement(host: HTMLElement, words: string): HTMLElement {
  const help = host.ownerDocument.createElement('p')
  help.id = `paper-help-${randomId()}`
  help.className = 'paper-help'
  help.textContent = words
  host.append(help)
  return help
}

/** 16 lowercase hex digits: the id of a new paragraph. */
function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
