/**
 * The public face of the editor core, as types: what the pages and the sync client may know about a text on screen.
 *
 * The editor owns the Automerge document while it is open. Changes made here leave through `onChanges`; changes made elsewhere
 * enter through `receive`. Nothing here touches the network, and no ProseMirror or Automerge type but `PaperDoc` shows.
 */
import type { PaperDoc } from './text/automerge'
import type { Anchor } from './passages/anchor'
import type { AttributedWords } from './passages/attribution'

export interface EditorOptions {
  doc: PaperDoc
  editable: boolean
  /** The name of the text for assistive technology, for example "4.1 Acogida". */
  label: string
  /** BCP 47 language of the text: sets `lang`, and so hyphenation, spelling and the voice of screen readers. */
  language: string
  /** The number of the first numbered paragraph: numbers run through the whole paper, so it depends on the chapters before. */
  firstNumber: number
  /** Tells people without a mouse how to leave the text, shown to assistive technology only: "Escape, then Tab". */
  help?: string
  /** The same for a text that is only read: how to choose words by keyboard. */
  readingHelp?: string
  /** Local changes, already in the document: to be stored, then sent. At least one, in causal order. */
  onChanges(changes: Uint8Array[]): void
  /** At most once per frame, after anything that may alter the toolbar or the outline. */
  onState(state: EditorSnapshot): void
  /** Mod-K: the page opens its link field and answers with `setLink`. */
  onLinkRequest?(): void
  /** Mod-Alt-M: the page opens its comment field for the selection. */
  onCommentRequest?(): void
  /** Mod-Alt-B: the page asks who wants the selected words in brackets. */
  onBracketRequest?(): void
  /** Mod-Alt-C: the page asks which source is cited. */
  onCitationRequest?(): void
  /** A file with a picture was pasted or dropped: the page asks what to say of it. */
  onPictureFile?(file: File): void
  /** The caret or the selection moved, and the words before it are written: time to send `caret()` to the others. */
  onCaret?(): void
  /** The screen disagreed with the document when idle and has been set right from the document: a bug to report. */
  onFault?(report: EditorFault): void
}

export interface EditorFault {
  /** Blocks as JSON, first difference only. */
  shown: string
  stored: string
}

export type BlockKind =
  | 'title'
  | 'heading2'
  | 'heading3'
  | 'heading'
  | 'paragraph'
  | 'numbered'
  | 'quote'
  | 'ordered'
  | 'unordered'
  | 'cell'
  | 'image'
  | 'unknown'

/** What toolbars and outlines show. A value: a new one each time. */
export interface EditorSnapshot {
  strong: boolean
  em: boolean
  /** The address of the link that holds the caret or the whole selection. */
  link: string | null
  /** The block that holds the head of the selection; `heading` is a heading below level 3. */
  block: BlockKind
  selectionEmpty: boolean
  /** The selected words, at most 200 UTF-16 units: for a comment's preview. */
  selectedWords: string
  canUndo: boolean
  canRedo: boolean
  /** UTF-16 code units of the text without block markers. */
  characters: number
  /** Numbered paragraphs in this text. */
  numbered: number
  /** The words of the first block. */
  title: string
  /** The table that holds the caret. */
  table: { rows: number; columns: number; header: boolean } | null
  /** The picture whose caption holds the caret, or that is chosen. */
  picture: ShownPicture | null
  /** The caret is in a note. */
  inNote: boolean
  /** The source that the words around the caret cite. */
  citation: string | null
  /** Notes in this text. */
  notes: number
  /** Places that differ from what the text is compared with (`compareWith`); null when it is with nothing. */
  changes: number | null
}

/** How changes are called, in the language of the interface. */
export interface ChangeWords {
  /** "New paragraph" */
  fresh: string
  /** "Deleted paragraph" */
  gone: string
  /** "Split from the paragraph above" */
  split: string
  /** "Other kind of paragraph" */
  retyped: string
}

/** What is said of a picture beside its caption. */
export interface PictureWords {
  /** What it shows, for those who do not see it. */
  alt: string
  credit: string
}

export interface ShownPicture extends PictureWords {
  id: string
  blob: string
}

/** How notes are called, in the language of the interface. */
export interface NoteWords {
  /** "Note": its number follows. */
  note: string
  /** In the box of a note that has no words yet. */
  placeholder: string
}

/** A source of the paper. */
export interface CitedSource {
  id: string
  /** "Harvey, The Right to the City, 2008" */
  words: string
}

/** How citations are called. */
export interface CitationWords {
  /** "Source": what is cited follows. */
  source: string
  /** Instead of it, when nobody knows the source. */
  unknown: string
}

export type Command =
  | 'strong'
  | 'em'
  | 'paragraph'
  | 'numbered'
  | 'heading2'
  | 'heading3'
  | 'quote'
  | 'unordered'
  | 'ordered'
  | 'indent'
  | 'outdent'
  | 'note'
  | 'leaveNote'
  | 'rowBefore'
  | 'rowAfter'
  | 'columnBefore'
  | 'columnAfter'
  | 'deleteRow'
  | 'deleteColumn'
  | 'deleteTable'
  | 'headerRow'
  | 'undo'
  | 'redo'

/** Where somebody's caret is: Automerge cursors of the element before it. Null: not in the text. */
export interface CaretPlace {
  caret: string | null
  anchor: string | null
}

export interface RemoteCaret extends CaretPlace {
  connection: string
  name: string
  component: string
  /** 1 to 8, the colour class `k1` … `k8`. */
  hue: number
}

export interface ShownThread {
  id: string
  anchor: Anchor
  state: 'open' | 'resolved'
  /** The thread whose card is open in the margin. */
  active: boolean
}

/** A bracket of which the page knows something. */
export interface ShownBracket {
  id: string
  /** Who wants what of the words, heard where it opens: "UCLG Africa wants these words out." */
  label: string
  /** Its mark is in the text and nobody stands behind it. */
  stray: boolean
  /** Its card is open in the margin. */
  active: boolean
}

/** How the signs are called, heard instead of `[` and `]`. */
export interface BracketWords {
  open: string
  close: string
  /** Instead of `open`, for a stray one. */
  stray: string
}

export interface ThreadPlace {
  /** Pixels from the top of the editor element to the first line of the quoted words; for a detached thread 0. */
  top: number
  /** None of the quoted words is left. */
  detached: boolean
  /** The id of the paragraph that holds the first quoted word. */
  paragraph: string | null
}

export interface Editor {
  /**
   * Takes in other people's changes: they are in `doc()` when this returns, and on screen unless an input method is composing. One call per
   * frame, please: each call costs as much as the text is long.
   */
  receive(changes: Uint8Array[]): void
  /** Shows another document from now on. What was typed is flushed to the old one first; undo starts empty. */
  replaceDoc(doc: PaperDoc): void
  /** Writes what was typed in the last moments into the document; `onChanges` is called before this returns. */
  flush(): void
  /** The document, everything typed included. Ask again after each change: Automerge documents are values. */
  doc(): PaperDoc
  setEditable(editable: boolean): void
  setFirstNumber(firstNumber: number): void
  /**
   * Shows by the word what differs from the text as it was at these heads, from now on and while one writes; null hides it. False, and
   * nothing is shown, when the document does not know them.
   */
  compareWith(heads: string[] | null, words: ChangeWords): boolean
  focus(): void
  destroy(): void
  /** False when the command does not apply here. */
  run(command: Command): boolean
  /** Links the selected words, or changes the link around the caret; null removes it. False for a scheme we do not allow. */
  setLink(href: string | null): boolean
  /** A table of empty cells behind the paragraph of the caret. False where none can be. */
  insertTable(rows: number, columns: number): boolean
  insertPicture(blob: string, words: PictureWords): boolean
  /** False when the picture is not there any more. */
  describePicture(id: string, words: PictureWords): boolean
  /** Makes the selected words cite the source, or types `words` that do. */
  cite(source: string, words: string): boolean
  /** The number of the first note, and how notes are called. */
  setNotes(first: number, words: NoteWords): void
  /** Which sources the paper has. */
  setSources(sources: readonly CitedSource[], words: CitationWords): void
  /** Null until the text has had focus once. Flushes first. */
  caret(): CaretPlace
  setCarets(carets: RemoteCaret[]): void
  /** What a comment on the selected words must carry; null when nothing is selected. Flushes first. */
  anchorOfSelection(): { anchor: Anchor; paragraph: string } | null
  setThreads(threads: ShownThread[]): void
  threadPlaces(): Map<string, ThreadPlace>
  /** Says who wants what of bracketed words. Brackets are drawn wherever the text has their marks, told of here or not. */
  setBrackets(brackets: readonly ShownBracket[], words: BracketWords): void
  /** The brackets that stand in the text, in its order, stray ones among them: pixels from the top of the editor element. */
  bracketTops(): Map<string, number>
  scrollToBracket(id: string): void
  onBracketClick(listener: (id: string) => void): () => void
  /** Calls when the places of threads may have moved. Returns the way to stop. */
  onLayout(listener: () => void): () => void
  scrollToThread(id: string): void
  onThreadClick(listener: (id: string) => void): () => void
  /** Who wrote the selected words, or with nothing selected the paragraph of the caret. Runs in the order of the text. */
  attributionOfSelection(): AttributedWords[]
  /** Where paragraphs begin, by id: pixels from the top of the editor element. Those that are not in the text are left out. */
  topsOf(paragraphs: readonly string[]): Map<string, number>
  /** Scrolls to a paragraph and lights it up for a moment. False when no such paragraph is left. */
  pointOut(id: string): boolean
  /** Selects a paragraph's words and scrolls to it. False when no such paragraph is left. */
  scrollToParagraph(id: string): boolean
}
