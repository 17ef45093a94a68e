/**
 * One text on the desk: the editor that shows it, the line that saves it, and the values both push to the page. The editor
 * and the document are plain objects here, never reactive state; what the page draws are the snapshots they send.
 */
import { serviceNow } from '../../i18n/dates'
import { createEditor, loadAutomerge, type Editor, type EditorSnapshot, type PaperDoc, type ThreadPlace } from '../../paper'
import { openText, type OpenText, type PresentPerson, type Refusal, type SaveState } from '../../sync'
import { bracketWords } from '../brackets/naming'
import { wasmUrl } from '../shell/preload'

export type { Refusal }

export interface Bench {
  textId: string
  documentId: string
  seat: string
  /** The name of the text for assistive technology: "4.1 Acogida". */
  label: string
  help: string
  readingHelp: string
  language: string
  firstNumber: number
  editable: boolean
  onLinkRequest(): void
  onCommentRequest(): void
  onBracketRequest?(): void
  onCitationRequest?(): void
  onPictureFile?(file: File): void
}

export class Workbench {
  /** True once the words are in the editor. */
  ready = $state(false)
  snapshot = $state.raw<EditorSnapshot | null>(null)
  save = $state.raw<SaveState>({ kind: 'opening', unsavedChanges: 0, savedAt: null, code: null })
  present = $state.raw<readonly PresentPerson[]>([])
  places = $state.raw<ReadonlyMap<string, ThreadPlace>>(new Map())
  /** Where the paragraphs that `watch` named begin. */
  tops = $state.raw<ReadonlyMap<string, number>>(new Map())
  /** Where brackets open in the text, by id. */
  brackets = $state.raw<ReadonlyMap<string, number>>(new Map())
  refusal = $state.raw<Refusal | null>(null)
  /** Why the text could not be opened at all, such as a browser without WebAssembly. */
  fault = $state.raw<unknown>(null)

  editor: Editor | null = null
  #line: OpenText | null = null
  #closed = false
  #watched: readonly string[] = []

  constructor(private readonly bench: Bench) {}

  /** Opens the text into `host`. Ends early when the page was left meanwhile. */
  async open(host: HTMLElement): Promise<void> {
    try {
      await loadAutomerge(() => fetch(wasmUrl))
      if (this.#closed) return
      this.#line = openText({
        textId: this.bench.textId,
        documentId: this.bench.documentId,
        seat: this.bench.seat,
        socketUrl: socketUrl(this.bench.seat),
        now: serviceNow,
        random: Math.random,
        onReady: (doc) => this.#show(host, doc),
        onRemote: (changes) => this.editor?.receive(changes),
        onState: (state) => (this.save = state),
        onPresence: (present) => (this.present = present),
        onRefused: (refusal) => {
          this.editor?.setEditable(false)
          this.refusal = refusal
        },
      })
    } catch (error) {
      this.fault = error
    }
  }

  close(): void {
    this.#closed = true
    this.editor?.flush()
    this.editor?.destroy()
    this.editor = null
    this.#line?.close()
  }

  /** Keeps `tops` true for these paragraphs from now on. */
  watch(paragraphs: readonly string[]): void {
    this.#watched = paragraphs
    this.tops = this.editor?.topsOf(paragraphs) ?? new Map()
  }

  /** Tries to reach the server at once. */
  retry(): void {
    this.#line?.retryNow()
  }

  /** What was written here and refused, as a file people can keep. */
  async rescue(): Promise<Blob | null> {
    return (await this.#line?.rescue()) ?? null
  }

  /** Puts the refused changes aside and shows the server's text. `editable`: whether one may go on writing. */
  async startAgain(editable: boolean): Promise<void> {
    await this.#line?.startAgain()
    this.refusal = null
    this.editor?.setEditable(editable)
  }

  #show(host: HTMLElement, doc: PaperDoc): void {
    if (this.#closed) return
    if (this.editor) {
      this.editor.replaceDoc(doc)
      return
    }
    const { label, help, readingHelp, language, firstNumber, editable, onLinkRequest, onCommentRequest, onBracketRequest, onCitationRequest, onPictureFile } = this.bench
    const editor = createEditor(host, {
      doc, label, help, readingHelp, language, firstNumber, editable, onLinkRequest, onCommentRequest, onBracketRequest, onCitationRequest, onPictureFile,
      onChanges: (changes) => this.#line?.sendLocal(changes),
      onState: (snapshot) => (this.snapshot = snapshot),
      onCaret: () => this.#announce(),
      onFault: (fault) => console.error('The screen differed from the document and was set right.', fault),
    })
    this.editor = editor
    editor.setBrackets([], bracketWords())
    editor.onLayout(() => {
      this.places = editor.threadPlaces()
      this.brackets = editor.bracketTops()
      if (this.#watched.length > 0) this.tops = editor.topsOf(this.#watched)
    })
    this.ready = true
    this.#announce()
  }

  #announce(): void {
    const place = this.editor?.caret()
    if (place) this.#line?.setCaret(place.caret, place.anchor)
  }
}

function socketUrl(seat: string): string {
  const url = new URL('/sync', location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  url.searchParams.set('seat', seat)
  return url.href
}
