/**
 * What a paper is made of on screen: the ProseMirror schema, and the rules it shares with the Rust side.
 *
 * The schema is flat: every block is one top-level textblock, and one block marker in Automerge. Depth, quotation and kind of list are
 * types and attributes, never nesting, so Enter and Backspace are plain replace steps. Only tables nest, for eyes and ears: in the text each
 * of their cells is a block like any other.
 *
 * The closed schema itself is declared in `fixtures/schema.json`; `schema.test.ts` holds this file to it. What a foreign tool wrote
 * outside of it is shown (`unknown` blocks, `foreign` marks) and kept byte for byte, but cannot be made here.
 */
import { Schema, type DOMOutputSpec, type Node, type NodeSpec } from 'prosemirror-model'
import declared from '../../../../fixtures/schema.json'

export const LIST_DEPTH_LIMIT = declared.limits.list_depth
export const LINK_SCHEMES: readonly string[] = declared.link_schemes

type Expand = 'after' | 'none'
type MarkRule = { value: string; expand: string }
const markRules: Record<string, MarkRule> = declared.marks

/** Whether words typed at the end of a mark belong to it. Names with an id (`footnote:ID`) follow their `footnote:*` rule; unknown ones never grow. */
export function expandOf(name: string): Expand {
  const rule = markRules[name] ?? markRules[name.replace(/:.*$/s, ':*')]
  return rule?.expand === 'after' ? 'after' : 'none'
}

/** Absolute addresses with an allowed scheme only: anything else is kept in the text, but never becomes something to click. */
export function isAllowedHref(href: string): boolean {
  const url = URL.canParse(href) ? new URL(href) : null
  return url !== null && LINK_SCHEMES.includes(url.protocol.slice(0, -1))
}

/** Every block has them. `renders` and `rendersSha256` tie a paragraph of a translation to the one it renders. */
const blockAttrs = { id: { default: null }, renders: { default: null }, rendersSha256: { default: null } }

function textblock(attrs: NodeSpec['attrs'], rest: Omit<NodeSpec, 'attrs'>): NodeSpec {
  return { content: 'inline*', group: 'block', attrs: { ...blockAttrs, ...attrs }, ...rest }
}

/** `data-id` on every block: links, margin cards and tests find paragraphs by it. */
function withId(id: unknown, attributes: Record<string, string> = {}): Record<string, string> {
  return typeof id === 'string' ? { 'data-id': id, ...attributes } : attributes
}

function listItem(tag: 'ol' | 'ul'): NodeSpec {
  return textblock(
    { depth: { default: 0 } },
    {
      definingForContent: true, // pasted into an empty paragraph, an item stays an item
      // One list per item: flat in the document, still a list for assistive technology. `numbers.ts` sets `start` on ordered ones.
      toDOM: (node: Node): DOMOutputSpec => [tag, withId(node.attrs.id, { class: `d${node.attrs.depth}` }), ['li', 0]],
      parseDOM: [{ tag: `${tag} > li` }],
    },
  )
}

/** Where the bytes of a picture are. */
export const addressOfBlob = (blob: string): string => `/api/v1/blobs/${blob}`

const BLOB = /^[0-9a-f]{64}$/

function picture({ attrs: { id, blob, alt, credit } }: Node): DOMOutputSpec {
  const shown: DOMOutputSpec = BLOB.test(blob) ? ['img', { src: addressOfBlob(blob), alt, loading: 'lazy', draggable: 'false' }] : ['span', { class: 'lost' }, alt]
  const framed: DOMOutputSpec = ['div', { class: 'picture', contenteditable: 'false', ...(credit !== '' && { 'data-credit': credit }) }, shown]
  return ['figure', withId(id), framed, ['figcaption', 0]]
}

export const schema = new Schema({
  nodes: {
    doc: { content: 'block+' },
    paragraph: textblock(
      // `ghost`: words that stand before the first marker. The reader supplies a paragraph; nothing is written because of a read.
      { numbered: { default: false }, ghost: { default: false } },
      {
        toDOM: (node: Node): DOMOutputSpec => ['p', withId(node.attrs.id, node.attrs.numbered ? { class: 'numbered' } : {}), 0],
        parseDOM: [{ tag: 'p' }],
      },
    ),
    heading: textblock(
      { level: { default: 2 } },
      {
        defining: true,
        toDOM: (node: Node): DOMOutputSpec => [`h${node.attrs.level}`, withId(node.attrs.id), 0],
        parseDOM: [1, 2, 3, 4, 5, 6].map((level) => ({ tag: `h${level}`, attrs: { level } })),
      },
    ),
    quote: textblock(
      {},
      {
        definingForContent: true,
        toDOM: (node: Node): DOMOutputSpec => ['blockquote', withId(node.attrs.id), ['p', 0]],
        parseDOM: [{ tag: 'blockquote' }],
      },
    ),
    ordered: listItem('ol'),
    unordered: listItem('ul'),
    /** A picture; its words are the caption. `alt` says what it shows to those who cannot see it. */
    image: textblock(
      { blob: { default: '' }, alt: { default: '' }, credit: { default: '' } },
      { isolating: true, defining: true, toDOM: picture },
    ),
    /** The cells of one table, in rows. `table`, `row` and `column` are opaque ids, so that two people may add rows and columns at once. */
    table: {
      content: 'table_row+',
      group: 'block',
      isolating: true,
      attrs: { table: { default: '' } },
      toDOM: (): DOMOutputSpec => ['div', { class: 'table' }, ['table', ['tbody', 0]]],
    },
    table_row: { content: 'table_cell+', attrs: { row: { default: '' } }, toDOM: (): DOMOutputSpec => ['tr', 0] },
    table_cell: {
      // `ghost`: a cell that no marker stands for, supplied so that every row has all columns; the first word typed makes it real.
      content: 'inline*',
      isolating: true,
      attrs: { ...blockAttrs, column: { default: '' }, header: { default: false }, ghost: { default: false } },
      toDOM: ({ attrs }: Node): DOMOutputSpec => (attrs.header ? ['th', withId(attrs.id, { scope: 'col' }), 0] : ['td', withId(attrs.id), 0]),
    },
    /** A block of a type that is not ours: `raw` is its marker as JSON, without the id. */
    unknown: textblock(
      { raw: { default: '{}' } },
      { toDOM: (node: Node): DOMOutputSpec => ['div', withId(node.attrs.id, { class: 'unknown' }), 0] },
    ),
    text: { group: 'inline' },
  },
  marks: {
    /** The marked words are a note. First, so that one element holds all of a note's words, whatever else is marked in them. */
    footnote: {
      attrs: { id: {} },
      excludes: '',
      // Words typed over the last ones of a note belong to it; at its edges `decorations/notes.ts` knows whether the caret is inside.
      inclusive: true,
      toDOM: ({ attrs }): DOMOutputSpec => ['span', { class: 'note', 'data-note': attrs.id }, 0],
    },
    /** The marked words stand for a source of the paper: "CGLU 2013, p. 4". */
    citation: {
      attrs: { id: {} },
      excludes: '',
      inclusive: false,
      toDOM: ({ attrs }): DOMOutputSpec => ['cite', { 'data-source': attrs.id }, 0],
    },
    strong: { toDOM: () => ['strong', 0], parseDOM: [{ tag: 'strong' }, { tag: 'b' }] },
    em: { toDOM: () => ['em', 0], parseDOM: [{ tag: 'em' }, { tag: 'i' }] },
    // Not exclusive: in Automerge both may stand on a letter, and hiding one would bring it back when the other goes.
    superscript: { toDOM: () => ['sup', 0], parseDOM: [{ tag: 'sup' }] },
    subscript: { toDOM: () => ['sub', 0], parseDOM: [{ tag: 'sub' }] },
    link: {
      attrs: { href: {} },
      inclusive: false,
      toDOM: ({ attrs }): DOMOutputSpec =>
        isAllowedHref(attrs.href) ? ['a', { href: attrs.href, rel: 'noopener noreferrer' }, 0] : ['a', { class: 'refused' }, 0],
      parseDOM: [{ tag: 'a[href]', getAttrs: (element) => ({ href: element.getAttribute('href') }) }],
    },
    lang: {
      attrs: { code: {} },
      inclusive: false,
      toDOM: ({ attrs }): DOMOutputSpec => ['span', { lang: attrs.code }, 0],
      parseDOM: [{ tag: 'span[lang]', getAttrs: (element) => ({ code: element.getAttribute('lang') }) }],
    },
    /** Brackets, whose signs are drawn around their words, and the marks of other tools. `value` is JSON. */
    foreign: {
      attrs: { name: {}, value: {} },
      excludes: '',
      inclusive: false,
      toDOM: ({ attrs }): DOMOutputSpec => ['span', { class: 'mark', 'data-mark': attrs.name }, 0],
    },
  },
})

export const nodes = schema.nodes
export const marks = schema.marks
