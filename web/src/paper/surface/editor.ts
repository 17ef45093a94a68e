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
import { TextSelection, type Command as ProseCommand, type Transaction } from 'prosemirror-state'
import { ReplaceStep } from 'prosemirror-transform'
import { EditorView } from 'prosemirror-view'
import { LivingText } from '../binding/living-text'
import { COARSE, isRemote } from '../binding/normalise'
import { brackets, elementsOfBrackets, placesOfBrackets, withBrackets } from '../decorations/brackets'
import { carets } from '../decorations/carets'
import { citations, withSources } from '../decorations/citations'
import { beginNote, leaveNote, notes, withNotes } from '../decorations/notes'
import { numbers, withFirstNumber } from '../decorations/numbers'
import { Places } from '../decorations/places'
import { redline, withBase } from '../decorations/redline'
import { elementsOfThreads, placedThreads, threads } from '../decorations/threads'
import type {
  BracketWords, CaretPlace, ChangeWords, CitationWords, CitedSource, Command, Editor, EditorOptions, NoteWords, PictureWords, RemoteCaret, ShownBracket,
  ShownThread, ThreadPlace,
} from '../face'
import type { Anchor } from '../passages/anchor'
import type { AttributedWords } from '../passages/attribution'
import { anchorOfSelection, attributionOfSelection, blockAt, caretOfSelection } from '../passages/selection'
import type { PaperDoc } from '../text/automerge'
import { blocksOf } from '../text/model'
import { blockWithId, eachBlock } from '../text/places'
import { cells } from './cells'
import { commands, setLink } from './commands'
import { keyboard } from './keys'
import { cite, describePicture, insertPicture } from './objects'
import { paste } from './paste'
import { reading } from './reading'
import { snapshotOf } from './snapshot'
import { insertTable } from './tables'
import './paper.css'

const WRITE_AFTER_MS = 150
const CHECK_AFTER_MS = 2_000
const COMPOSING_AT_MOST_MS = 2_000
const LIT_MS = 4_000

export function createEditor(host: HTMLElement, options: EditorOptions): Editor {
  return new ChapterEditor(host, options)
}

class ChapterEditor implements Editor {
  private readonly text: LivingText
  private readonly view: EditorView
  private readonly places: Places
  private readonly help: HTMLElement | null
  private readonly readingHelp: HTMLElement | null
  private readonly resizes: ResizeObserver | null
  private readonly layoutListeners = new Set<() => void>()
  private readonly threadListeners = new Set<(id: string) => void>()
  private readonly bracketListeners = new Set<(id: string) => void>()

  private firstNumber: number
  private brackets: { shown: readonly ShownBracket[]; words: BracketWords } | null = null
  private comparison: { heads: string[]; words: ChangeWords } | null = null
  private notes: { first: number; words: NoteWords } | null = null
  private sources: { sources: readonly CitedSource[]; words: CitationWords } | null = null
  private editable: boolean
  private hadFocus = false
  private caretMoved = false
  private frame: number | null = null
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
          bracket: () => options.onBracketRequest?.(),
          note: beginNote(randomId),
          citation: () => options.onCitationRequest?.(),
        }),
        reading(),
        paste((file) => options.onPictureFile?.(file)),
        cells(),
        numbers(options.firstNumber),
        redline(),
        notes(),
        citations(),
        carets(),
        threads((id) => this.threadListeners.forEach((listener) => listener(id))),
        brackets((id) => this.bracketListeners.forEach((listener) => listener(id))),
      ],
    })
    this.help = options.help ? helpElement(host, options.help) : null
    this.readingHelp = options.readingHelp ? helpElement(host, options.readingHelp) : null
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
    this.places = new Places(this.text, (tr) => this.view.dispatch(tr))
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
        : { role: 'document', tabindex: '0', ...(this.readingHelp && { 'aria-describedby': this.readingHelp.id }) }),
    }
  }

  // ---- the text

  private dispatch(tr: Transaction): void {
    const transactions = this.text.dispatch(tr)
    this.view.updateState(this.text.state)
    const edited = transactions.some((one) => one.docChanged && !isRemote(one))
    if (edited) this.writeSoon(tr)
    if (transactions.some((one) => one.docChanged)) this.checkLater()
    if (edited) this.places.typed()
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
    if (this.places.wantLook) this.soon()
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
    if (tr) this.view.dispatch(tr)
    this.places.textChanged(!tr?.getMeta(COARSE))
    this.soon()
  }

  replaceDoc(doc: PaperDoc): void {
    this.flush()
    this.text.replaceDoc(doc)
    this.view.updateState(this.text.state)
    this.setFirstNumber(this.firstNumber)
    if (this.brackets) this.setBrackets(this.brackets.shown, this.brackets.words)
    if (this.notes) this.setNotes(this.notes.first, this.notes.words)
    if (this.sources) this.setSources(this.sources.sources, this.sources.words)
    if (this.comparison) this.compareWith(this.comparison.heads, this.comparison.words)
    this.places.forget()
    this.soon()
  }

  private checkLater(): void {
    clearTimeout(this.checkTimer)
    this.checkTimer = setTimeout(() => this.check(), CHECK_AFTER_MS)
  }

  private check(): void {
    if (this.view.composing) return this.checkLater()
    this.places.textChanged(false)
    this.soon()
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
    this.tellNotes({ reading: !editable })
  }

  setFirstNumber(firstNumber: number): void {
    this.firstNumber = firstNumber
    this.view.dispatch(withFirstNumber(this.text.state, firstNumber))
  }

  compareWith(heads: string[] | null, words: ChangeWords): boolean {
    this.flush()
    const doc = heads && this.text.at(heads)
    this.comparison = doc ? { heads, words } : null
    this.view.dispatch(withBase(this.text.state, doc && { doc, words }))
    return heads === null || doc !== null
  }

  focus(): void {
    if (this.editable) this.view.focus()
    else this.view.dom.focus({ preventScroll: true }) // the view itself leaves a text alone that is only read
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
    this.readingHelp?.remove()
  }

  run(command: Command): boolean {
    if (!this.editable) return false
    if (command === 'note' || command === 'leaveNote') return this.does(command === 'note' ? beginNote(randomId) : leaveNote)
    if (command !== 'undo' && command !== 'redo') return this.does(commands[command])
    const done = command === 'undo' ? this.text.undo() : this.text.redo()
    if (!done) return false
    this.view.updateState(this.text.state)
    this.view.dispatch(this.text.state.tr.scrollIntoView())
    this.checkLater()
    this.places.textChanged(false)
    this.soon()
    this.announceCaret()
    return true
  }

  private does(command: ProseCommand): boolean {
    return this.editable && command(this.text.state, (tr) => this.dispatch(tr), this.view)
  }

  setLink(href: string | null): boolean {
    return this.does(setLink(href))
  }

  insertTable(rows: number, columns: number): boolean {
    return this.does(insertTable(rows, columns))
  }

  insertPicture(blob: string, words: PictureWords): boolean {
    return this.does(insertPicture(blob, words))
  }

  describePicture(id: string, words: PictureWords): boolean {
    return this.does(describePicture(id, words))
  }

  cite(source: string, words: string): boolean {
    return this.does(cite(source, words))
  }

  setNotes(first: number, words: NoteWords): void {
    this.notes = { first, words }
    this.tellNotes({ first, words, reading: !this.editable })
  }

  private tellNotes(told: Parameters<typeof withNotes>[1]): void {
    const tr = withNotes(this.text.state, told)
    if (tr) this.view.dispatch(tr)
  }

  setSources(sources: readonly CitedSource[], words: CitationWords): void {
    this.sources = { sources, words }
    this.view.dispatch(withSources(this.text.state, sources, words))
  }

  // ---- passages: carets, comments, authors

  caret(): CaretPlace {
    if (!this.hadFocus) return { caret: null, anchor: null }
    this.flush()
    return caretOfSelection(this.text.shownDoc, this.text.state)
  }

  anchorOfSelection(): { anchor: Anchor; paragraph: string } | null {
    this.flush()
    return anchorOfSelection(this.text.shownDoc, this.text.state)
  }

  attributionOfSelection(): AttributedWords[] {
    this.flush()
    return attributionOfSelection(this.text.shownDoc, this.text.state)
  }

  setCarets(carets: RemoteCaret[]): void {
    this.places.showCarets(carets)
    this.soon()
  }

  setThreads(threads: ShownThread[]): void {
    this.places.showThreads(threads)
    this.soon()
  }

  threadPlaces(): Map<string, ThreadPlace> {
    this.places.look()
    const { doc } = this.text.state
    const elements = elementsOfThreads(this.view.dom)
    const origin = this.view.dom.getBoundingClientRect().top
    return new Map(
      placedThreads(this.text.state).map(({ thread, place }): [string, ThreadPlace] => {
        if (!place) return [thread.id, { top: 0, detached: true, paragraph: null }]
        // Words just deleted have no element any more until their thread is looked up again: their block stands in.
        const element = elements.get(thread.id) ?? this.elementAt(doc.resolve(place.from).before(1))
        const top = element.getBoundingClientRect().top - origin
        return [thread.id, { top, detached: false, paragraph: blockAt(doc, place.from)?.attrs.id ?? null }]
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
    this.flush()
    this.places.look()
    elementsOfThreads(this.view.dom).get(id)?.scrollIntoView({ block: 'center' })
  }

  setBrackets(shown: readonly ShownBracket[], words: BracketWords): void {
    this.brackets = { shown, words }
    const tr = withBrackets(this.text.state, shown, words)
    if (tr) this.view.dispatch(tr)
  }

  bracketTops(): Map<string, number> {
    const { doc } = this.text.state
    const elements = elementsOfBrackets(this.view.dom)
    const origin = this.view.dom.getBoundingClientRect().top
    const top = (id: string, position: number): number => {
      const element = elements.get(id) ?? this.elementAt(doc.resolve(position).before(1))
      return element.getBoundingClientRect().top - origin
    }
    return new Map([...placesOfBrackets(doc)].map(([id, position]) => [id, top(id, position)]))
  }

  scrollToBracket(id: string): void {
    elementsOfBrackets(this.view.dom).get(id)?.scrollIntoView({ block: 'center' })
  }

  onBracketClick(listener: (id: string) => void): () => void {
    this.bracketListeners.add(listener)
    return () => void this.bracketListeners.delete(listener)
  }

  scrollToParagraph(id: string): boolean {
    const { doc } = this.text.state
    const block = blockWithId(doc, id)
    if (!block) return false
    this.view.dispatch(this.text.state.tr.setSelection(TextSelection.near(doc.resolve(block.position + 1))))
    this.elementAt(block.position).scrollIntoView({ block: 'center' })
    return true
  }

  topsOf(paragraphs: readonly string[]): Map<string, number> {
    const wanted = new Set(paragraphs)
    const origin = this.view.dom.getBoundingClientRect().top
    const tops = new Map<string, number>()
    eachBlock(this.text.state.doc, ({ attrs: { id } }, position) => {
      if (wanted.has(id)) tops.set(id, this.elementAt(position).getBoundingClientRect().top - origin)
    })
    return tops
  }

  pointOut(id: string): boolean {
    if (!this.scrollToParagraph(id)) return false
    const at = this.text.state.selection.$head.before()
    this.elementAt(at).animate([{ backgroundColor: 'var(--comment-ground)' }, { backgroundColor: 'var(--comment-ground)', offset: 0.6 }, {}], LIT_MS)
    return true
  }

  /** Of the block that starts there. Not by its index: deleted paragraphs may be shown between the others. */
  private elementAt(start: number): Element {
    const element = this.view.nodeDOM(start)
    return element instanceof Element ? element : this.view.dom
  }

  // ---- once per frame

  private soon(): void {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null
      this.places.look()
      const { canUndo, canRedo } = this.text
      this.options.onState(snapshotOf(this.text.state, { canUndo, canRedo }))
      this.layoutMoved()
    })
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
