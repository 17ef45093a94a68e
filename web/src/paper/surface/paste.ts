/**
 * Paste: what Word, Google Docs, LibreOffice and web pages put on the clipboard, reduced to what a paper is made of.
 *
 * The DOM is walked once and blocks are built directly, so nothing of it survives but words, the marks of our schema and the kinds of blocks.
 * Pictures, styles, scripts, tracked deletions and hidden text go; links keep only allowed schemes. Under our content policy
 * the browser empties `element.style` of pasted markup, but not the attribute, so styles are read from `getAttribute('style')`.
 *
 * New blocks come without ids; the normaliser gives them fresh ones.
 */
import { DOMParser, Fragment, Slice, type Attrs, type Mark, type Node as ProseNode, type NodeType, type ParseOptions } from 'prosemirror-model'
import { Plugin, type EditorState, type Transaction } from 'prosemirror-state'
import { isTitle } from '../binding/normalise'
import { isAllowedHref, LIST_DEPTH_LIMIT, marks as M, nodes as N, schema } from '../text/schema'

/** Reads the clipboard's DOM; as open at both ends as ProseMirror wants it, which closes it again for our own clipboard. */
export class ClipboardReader extends DOMParser {
  constructor() {
    super(schema, [])
  }

  override parseSlice(dom: Node, options: ParseOptions = {}): Slice {
    return Slice.maxOpen(Fragment.fromArray(blocksOfDom(dom, options.preserveWhitespace === true)), true)
  }
}

export function paste(): Plugin {
  return new Plugin({
    props: {
      clipboardParser: new ClipboardReader(),
      handlePaste: (view, _event, slice) => {
        const tr = pasteSpecially(view.state, slice)
        if (tr) view.dispatch(tr.scrollIntoView().setMeta('paste', true).setMeta('uiEvent', 'paste'))
        return tr !== null
      },
    },
  })
}

/** Where pasting as ProseMirror does would hurt a block that is already there; null where it would not. */
export function pasteSpecially(state: EditorState, slice: Slice): Transaction | null {
  const { $from, empty } = state.selection
  if ($from.depth === 0) return null
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
    this.children(element, { ...blockSurroundings(element, tag, style, around), marks })
    this.endBlock()
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
  turn(M.em.create(), isItalic(style) ?? (tag === 'I' || tag === 'EM' || tag === 'CITE' ? true : null))
  turn(M.superscript.create(), style['vertical-align'] === 'super' || tag === 'SUP' ? true : null)
  turn(M.subscript.create(), style['vertical-align'] === 'sub' || tag === 'SUB' ? true : null)
  const href = tag === 'A' ? element.getAttribute('href')?.trim() : undefined
  if (href && isAllowedHref(href)) turn(M.link.create({ href }), true)
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
