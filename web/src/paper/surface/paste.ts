/**
 * Paste: what Word, Google Docs, LibreOffice and web pages put on the clipboard, reduced to what a paper is made of.
 *
 * The DOM is walked once and blocks are built directly, so nothing of it survives but words, the marks of our schema and the kinds of blocks.
 * Pictures from elsewhere, styles, scripts, tracked deletions and hidden text go; links keep only allowed schemes; of merged cells the first
 * has the words. Under our content policy
 * the browser empties `element.style` of pasted markup, but not the attribute, so styles are read from `getAttribute('style')`.
 *
 * New blocks come without ids; the normaliser gives them fresh ones.
 */
import { DOMParser, Fragment, Slice, type Attrs, type Mark, type Node as ProseNode, type NodeType, type ParseOptions } from 'prosemirror-model'
import { Plugin, type EditorState, type Transaction } from 'prosemirror-state'
import { isTitle } from '../binding/normalise'
import { isBlockId } from '../text/model'
import { addressOfBlob, isAllowedHref, LIST_DEPTH_LIMIT, marks as M, nodes as N, schema } from '../text/schema'
import { cellAt, clearAcrossCells, crossesCells, filledCells, TABLE_LIMITS } from './tables'

/** Reads the clipboard's DOM; as open at both ends as ProseMirror wants it, which closes it again for our own clipboard. */
export class ClipboardReader extends DOMParser {
  constructor() {
    super(schema, [])
  }

  override parseSlice(dom: Node, options: ParseOptions = {}): Slice {
    return openAtWords(Fragment.fromArray(blocksOfDom(dom, options.preserveWhitespace === true)))
  }
}

/** Open where words begin and end, so that they join those around them. Tables and pictures stay what they are. */
function openAtWords(content: Fragment): Slice {
  const open = (node: ProseNode | null): number => (node?.isTextblock && node.type !== N.image ? 1 : 0)
  return new Slice(content, open(content.firstChild), open(content.lastChild))
}

/** `onPicture`: a file with a picture was pasted or dropped; it becomes none of the words. */
export function paste(onPicture: (file: File) => void = () => {}): Plugin {
  return new Plugin({
    props: {
      clipboardParser: new ClipboardReader(),
      transformCopied: (slice, view) => copiedCells(view.state) ?? slice,
      handleDrop: (view, event) => view.editable && handedPicture(event.dataTransfer, onPicture),
      handlePaste: (view, event, slice) => {
        if (slice.size === 0 && handedPicture(event.clipboardData, onPicture)) return true
        clearAcrossCells(view.state, (tr) => view.dispatch(tr))
        const tr = pasteSpecially(view.state, slice)
        if (tr) view.dispatch(tr.scrollIntoView().setMeta('paste', true).setMeta('uiEvent', 'paste'))
        return tr !== null
      },
    },
  })
}

function handedPicture(data: DataTransfer | null, onPicture: (file: File) => void): boolean {
  const file = [...(data?.files ?? [])].find(({ type }) => type.startsWith('image/'))
  if (file) onPicture(file)
  return file !== undefined
}

/** Where pasting as ProseMirror does would hurt a block that is already there; null where it would not. */
export function pasteSpecially(state: EditorState, slice: Slice): Transaction | null {
  const { $from, empty } = state.selection
  if ($from.depth === 0) return null
  if (cellAt($from)) return pasteIntoCell(state, slice)
  // A title is one line of words.
  if ($from.index(0) === 0 && isTitle($from.parent)) return state.tr.insertText(slice.content.textBetween(0, slice.content.size, ' ').trim())
  const { content } = slice
  if (content.childCount < 2) return null
  const last = content.child(content.childCount - 1)
  if (empty && $from.parentOffset === 0 && $from.parent.content.size > 0) {
    // Before the first word of a block: its words keep their block, with its id and its kind.
    return state.tr.insert($from.before(), content)
  }
  // What follows the caret would join the last pasted block, and an item would make an item of it.
  return last.type === N.paragraph ? null : state.tr.replaceSelection(new Slice(content, slice.openStart, 0))
}

/** A table fills the cells from the caret on, and more where there are none; other blocks become one line of words. */
function pasteIntoCell(state: EditorState, { content }: Slice): Transaction | null {
  const only = content.childCount === 1 ? content.firstChild : null
  if (only?.type === N.table) return filledCells(state, only)
  if (only?.isTextblock && only.type !== N.image) return null
  return state.tr.replaceSelection(new Slice(wordsInLine(content), 0, 0))
}

/** The words of blocks one after the other, a space between them. */
function wordsInLine(content: Fragment): Fragment {
  const words: ProseNode[] = []
  content.descendants((node) => {
    if (!node.isTextblock) return true
    if (words.length > 0 && node.content.size > 0) words.push(schema.text(' '))
    words.push(...node.children)
    return false
  })
  return Fragment.fromArray(words)
}

/** What is copied of a selection in cells: words of one cell are words, and cells are a table of their own. Null for any other selection. */
export function copiedCells({ doc, selection }: EditorState): Slice | null {
  const { $from, $to, from, to } = selection
  if ($from.sameParent($to) && $from.parent.type === N.table_cell) {
    return new Slice(Fragment.from(N.paragraph.create(null, doc.slice(from, to).content)), 1, 1)
  }
  return crossesCells(selection) ? openAtWords(doc.slice(from, to, true).content) : null
}

/** The blocks of some HTML. Empty ones are left out. */
export function blocksOfDom(dom: Node, preserveWhitespace = false): ProseNode[] {
  const reader = new Reader(preserveWhitespace)
  reader.children(dom, { marks: [], kind: PARAGRAPH, lists: [], own: isOurs(dom) })
  return reader.finish()
}

interface Kind {
  type: NodeType
  attrs: Attrs
}

const PARAGRAPH: Kind = { type: N.paragraph, attrs: {} }

interface Surroundings {
  marks: readonly Mark[]
  /** What words become here. */
  kind: Kind
  /** The open lists, outermost first. */
  lists: ('ol' | 'ul')[]
  /** From our own editor: its classes mean something. */
  own: boolean
}

const IMAGE_ADDRESS = new RegExp(`${addressOfBlob('')}([0-9a-f]{64})$`)

const DROPPED = new Set('STYLE SCRIPT META LINK HEAD TITLE TEMPLATE NOSCRIPT IMG PICTURE SVG OBJECT EMBED IFRAME VIDEO AUDIO CANVAS BUTTON INPUT SELECT TEXTAREA DEL'.split(' '))
const BLOCKS = new Set('P DIV SECTION ARTICLE MAIN ASIDE HEADER FOOTER NAV ADDRESS PRE FIGURE FIGCAPTION TABLE CAPTION THEAD TBODY TFOOT TR TD TH DL DT DD HR UL OL LI BLOCKQUOTE H1 H2 H3 H4 H5 H6'.split(' '))

class Reader {
  private readonly blocks: ProseNode[] = []
  private inline: { text: string; marks: readonly Mark[] }[] = []
  private kind: Kind = PARAGRAPH

  constructor(private readonly preserveWhitespace: boolean) {}

  children(parent: Node, around: Surroundings): void {
    parent.childNodes.forEach((child) => {
      if (child.nodeType === 3) this.words(child.nodeValue ?? '', around)
      else if (child.nodeType === 1) this.element(child as Element, around)
    })
  }

  finish(): ProseNode[] {
    this.endBlock()
    return this.blocks
  }

  private element(element: Element, around: Surroundings): void {
    const tag = element.tagName.toUpperCase()
    const style = styleOf(element)
    if (DROPPED.has(tag) || isHidden(style)) return
    if (tag === 'BR') {
      if (!element.classList.contains('Apple-interchange-newline')) this.endBlock()
      return
    }
    const marks = marksOf(element, tag, style, around)
    if (!BLOCKS.has(tag)) {
      this.children(element, { ...around, marks })
      return
    }
    this.endBlock()
    const whole = tag === 'TABLE' ? this.table(element, around) : tag === 'FIGURE' && around.own ? this.picture(element, around) : null
    if (whole) {
      this.blocks.push(whole)
      return
    }
    this.children(element, { ...blockSurroundings(element, tag, style, around), marks })
    this.endBlock()
  }

  /** Null for a table that only lays out a page: of one row or column there is nothing to line up. */
  private table(element: Element, around: Surroundings): ProseNode | null {
    const rows = rowsOf(element)
    const grid = gridOf(rows)
    const width = Math.max(0, ...grid.map((row) => row.length))
    if (!around.own && (width < 2 || grid.length < 2)) return null
    if (width === 0 || width > TABLE_LIMITS.columns || grid.length > TABLE_LIMITS.rows) return null
    const cells = grid.map((row, y) =>
      Array.from({ length: width }, (_, x) => {
        const cell = row[x]
        const header = y === 0 && (row.every((each) => !each || each.tagName.toUpperCase() === 'TH') || element.querySelector('thead') !== null)
        return N.table_cell.create({ header }, cell ? this.wordsOf(cell, around) : null)
      }),
    )
    return N.table.create(null, cells.map((row) => N.table_row.create(null, row)))
  }

  /** Of our own clipboard only: pictures from elsewhere have no bytes here. */
  private picture(element: Element, around: Surroundings): ProseNode | null {
    const image = element.querySelector('img')
    const [, blob] = IMAGE_ADDRESS.exec(image?.getAttribute('src') ?? '') ?? []
    const caption = element.querySelector('figcaption')
    if (!image || !blob) return null
    const credit = element.querySelector('[data-credit]')?.getAttribute('data-credit') ?? ''
    return N.image.create({ blob, alt: image.getAttribute('alt') ?? '', credit }, caption ? this.wordsOf(caption, around) : null)
  }

  private wordsOf(element: Element, around: Surroundings): Fragment {
    const inside = new Reader(this.preserveWhitespace)
    inside.children(element, { ...around, kind: PARAGRAPH, lists: [] })
    return wordsInLine(Fragment.fromArray(inside.finish()))
  }

  private words(raw: string, { marks, kind }: Surroundings): void {
    const open = this.inline.at(-1)?.text ?? ''
    let text = this.preserveWhitespace ? raw.replace(/[\r\n]+/g, ' ') : raw.replace(/[ \t\r\n\f]+/g, ' ')
    if (!this.preserveWhitespace && text.startsWith(' ') && (open === '' || open.endsWith(' '))) text = text.slice(1)
    if (text === '') return
    if (this.inline.length === 0) this.kind = kind
    // Headings are bold by their look.
    this.inline.push({ text, marks: kind.type === N.heading ? M.strong.removeFromSet(marks) : marks })
  }

  private endBlock(): void {
    const { inline, kind } = this
    this.inline = []
    const last = inline.at(-1)
    if (last && !this.preserveWhitespace) last.text = last.text.trimEnd()
    const nodes = inline.filter(({ text }) => text !== '').map(({ text, marks }) => schema.text(text.toWellFormed(), marks))
    if (nodes.length > 0) this.blocks.push(kind.type.create(kind.attrs, Fragment.fromArray(nodes)))
    // A second paragraph inside a list item is a paragraph: it must not count as one more item.
    if (nodes.length > 0 && isItem(kind)) kind.type = N.paragraph
  }
}

/** Rows of this table, not of tables inside its cells. */
const rowsOf = (table: Element): Element[] => [...table.querySelectorAll('tr')].filter((row) => row.closest('table') === table)

/** Cells by row and column; where one spans several, the others are null. */
function gridOf(rows: readonly Element[]): (Element | null)[][] {
  const grid: (Element | null)[][] = rows.map(() => [])
  rows.forEach((row, y) => {
    let x = 0
    for (const cell of [...row.children].filter(({ tagName }) => /^t[dh]$/i.test(tagName))) {
      while (grid[y][x] !== undefined) x++
      const [across, down] = [spanOf(cell, 'colspan'), spanOf(cell, 'rowspan')]
      for (let dy = 0; dy < down && y + dy < rows.length; dy++) {
        for (let dx = 0; dx < across && x + dx <= TABLE_LIMITS.columns; dx++) grid[y + dy][x + dx] = dy === 0 && dx === 0 ? cell : null
      }
      x += across
    }
  })
  return grid.map((row) => Array.from(row, (cell) => cell ?? null))
}

const spanOf = (cell: Element, name: string): number => Math.max(1, Math.trunc(Number(cell.getAttribute(name))) || 1)

const isItem = ({ type }: Kind): boolean => type === N.ordered || type === N.unordered

function blockSurroundings(element: Element, tag: string, style: Style, around: Surroundings): Surroundings {
  const heading = /^H([1-6])$/.exec(tag)
  // Level 1 is the chapter's title, of which there is one.
  if (heading) return { ...around, kind: { type: N.heading, attrs: { level: Math.max(2, Number(heading[1])) } } }
  if (tag === 'BLOCKQUOTE') return { ...around, kind: { type: N.quote, attrs: {} } }
  if (tag === 'UL' || tag === 'OL') return { ...around, lists: [...around.lists, tag === 'OL' ? 'ol' : 'ul'] }
  if (tag === 'LI') {
    const list = around.lists.at(-1) ?? 'ul'
    return { ...around, kind: item(list, around.own ? ownDepth(element) : around.lists.length - 1) }
  }
  const word = wordListItem(element, style)
  if (word) return { ...around, kind: word }
  if (around.own && element.classList.contains('numbered')) return { ...around, kind: { type: N.paragraph, attrs: { numbered: true } } }
  return around
}

function item(list: 'ol' | 'ul', depth: number): Kind {
  return { type: list === 'ol' ? N.ordered : N.unordered, attrs: { depth: Math.min(LIST_DEPTH_LIMIT, Math.max(0, depth)) } }
}

// ---- marks

function marksOf(element: Element, tag: string, style: Style, { marks, own }: Surroundings): readonly Mark[] {
  let set = marks
  const turn = (mark: Mark, on: boolean | null): void => {
    if (on !== null) set = on ? mark.addToSet(set) : mark.removeFromSet(set)
  }
  // Google Docs wraps everything in <b style="font-weight:normal">: the style has the last word.
  turn(M.strong.create(), isBold(style) ?? (tag === 'B' || tag === 'STRONG' ? true : null))
  turn(M.em.create(), isItalic(style) ?? (tag === 'I' || tag === 'EM' || (tag === 'CITE' && !own) ? true : null))
  turn(M.superscript.create(), style['vertical-align'] === 'super' || tag === 'SUP' ? true : null)
  turn(M.subscript.create(), style['vertical-align'] === 'sub' || tag === 'SUB' ? true : null)
  const href = tag === 'A' ? element.getAttribute('href')?.trim() : undefined
  if (href && isAllowedHref(href)) turn(M.link.create({ href }), true)
  const note = own ? element.getAttribute('data-note') : null
  if (note && isBlockId(note)) turn(M.footnote.create({ id: note }), true)
  const source = own ? element.getAttribute('data-source') : null
  if (source && isBlockId(source)) turn(M.citation.create({ id: source }), true)
  // Word marks every span with a language, mostly a wrong one.
  const code = own && tag === 'SPAN' ? element.getAttribute('lang') : null
  if (code) turn(M.lang.create({ code }), true)
  return set
}

function isBold(style: Style): boolean | null {
  const weight = style['font-weight']
  if (!weight) return null
  return weight === 'bold' || weight === 'bolder' || Number(weight) >= 600
}

function isItalic(style: Style): boolean | null {
  const slant = style['font-style']
  return slant ? slant === 'italic' || slant === 'oblique' : null
}

// ---- styles, and what Word writes into them

type Style = Record<string, string>

function styleOf(element: Element): Style {
  const style: Style = {}
  for (const declaration of (element.getAttribute('style') ?? '').split(';')) {
    const colon = declaration.indexOf(':')
    if (colon > 0) style[declaration.slice(0, colon).trim().toLowerCase()] = declaration.slice(colon + 1).trim().toLowerCase()
  }
  return style
}

function isHidden(style: Style): boolean {
  // `mso-list: Ignore` is the bullet that Word types before a list paragraph.
  return style.display === 'none' || style['mso-hide'] === 'all' || style['mso-list'] === 'ignore' || style['mso-element'] === 'comment-list'
}

/** Word's lists are paragraphs with `mso-list: l0 level2 lfo1`; the kind of list shows only in the typed bullet. */
function wordListItem(element: Element, style: Style): Kind | null {
  const level = /\blevel(\d+)\b/.exec(style['mso-list'] ?? '')
  if (!level) return null
  const bullet = [...element.querySelectorAll('[style]')].find((span) => styleOf(span)['mso-list'] === 'ignore')
  return item(/[0-9]|^\s*[a-z]{1,4}[.)]/i.test(bullet?.textContent ?? '') && !/^\s*o\s*$/.test(bullet?.textContent ?? '') ? 'ol' : 'ul', Number(level[1]) - 1)
}

// ---- our own clipboard

const isOurs = (dom: Node): boolean => dom.nodeType === 1 && (dom as Element).querySelector('[data-pm-slice]') !== null

/** `<ol class="d2"><li>`: our lists are flat, the depth is in the class. */
function ownDepth(item: Element): number {
  return Number(/(?:^| )d(\d)(?: |$)/.exec(item.parentElement?.className ?? '')?.[1] ?? 0)
}
