/**
 * One shape for both sides: a text is a list of blocks, a block is a marker and runs of marked words.
 *
 * ```text
 * Automerge spans ── blocksOfSpans ──▶ Block[] ◀── blocksOf ── ProseMirror document
 *                                         └──────── buildDoc ──────────▶
 * ```
 *
 * `buildDoc` is total: any spans, whatever merged, can be shown. `buildDoc ∘ blocksOf` is a *projection* onto the documents that spans
 * can express, and the editor's document is always such a projection. Markers and mark sets are compared as canonical JSON,
 * because Automerge returns their keys in no order.
 *
 * Lengths and offsets count UTF-16 units of the Automerge text; a block marker counts one.
 */
import type * as A from '@automerge/automerge/slim'
import { Fragment, Mark, type Attrs, type Node } from 'prosemirror-model'
import { LIST_DEPTH_LIMIT, marks as M, nodes as N, schema } from './schema'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type MarkValues = { [name: string]: Json }

/** A block marker in canonical form; `attrs` without what is absent. */
export interface Marker {
  type: string
  parents: string[]
  attrs: { [key: string]: Json }
  isEmbed: boolean
}

/** Words with one set of marks. `marks` is the canonical JSON of a `MarkValues`: cheap to compare, parsed where needed. */
export interface Run {
  text: string
  marks: string
}

/** `marker` is null for words that stand before the first marker; `key` is its canonical JSON, then empty. */
export interface Block {
  marker: Marker | null
  key: string
  runs: Run[]
}

export const NO_MARKS = '{}'

const ID = /^[0-9a-f]{16}$/
export const isBlockId = (value: unknown): value is string => typeof value === 'string' && ID.test(value)

// ---- Automerge → blocks

export function blocksOfSpans(spans: A.Span[]): Block[] {
  const blocks: Block[] = []
  for (const span of spans) {
    if (span.type === 'block') blocks.push(blockOf(canonicalMarker(span.value)))
    else if (span.value !== '') {
      if (blocks.length === 0) blocks.push(blockOf(null))
      pushRun(blocks[blocks.length - 1].runs, span.value.toWellFormed(), canonicalMarks(span.marks ?? {}))
    }
  }
  return blocks
}

/** What `markerOf` would say of the block that is shown for this value: broken or missing attributes get their defaults. */
export function canonicalMarker(value: { [key: string]: unknown }): Marker {
  const type = text(value.type)
  const parents = Array.isArray(value.parents) ? value.parents.map(text) : []
  const attrs = isMap(value.attrs) ? value.attrs : {}
  const common = commonAttrs(idOf(attrs.id), idOf(attrs.renders), hashOf(attrs.renders_sha256))
  switch (type) {
    case 'paragraph':
      return parents[0] === 'blockquote'
        ? marker(type, ['blockquote'], common)
        : marker(type, [], { ...common, numbered: attrs.numbered === true })
    case 'heading':
      return marker(type, [], { ...common, level: clampLevel(attrs.level) })
    case 'ordered-list-item':
    case 'unordered-list-item':
      return marker(type, Array<string>(Math.min(parents.length, LIST_DEPTH_LIMIT)).fill(type), common)
    case 'table-cell':
      return plain({ ...marker(type, [], { ...common, table: text(attrs.table), row: text(attrs.row), column: text(attrs.column), header: attrs.header === true }) }) as unknown as Marker
    case 'image':
      return plain({ ...marker(type, [], { ...common, blob: text(attrs.blob), alt: text(attrs.alt), credit: text(attrs.credit) }) }) as unknown as Marker
    default:
      return plain(value) as unknown as Marker
  }
}

/** Canonical JSON of a mark set: names in order, absent marks (null, and false for the four plain ones) left out. */
export function canonicalMarks(values: { [name: string]: unknown }): string {
  const names = Object.keys(values).sort()
  const kept: MarkValues = {}
  for (const name of names) {
    const value = values[name]
    if (value === null || value === undefined) continue
    if (isPlainMark(name)) {
      if (value !== false) kept[name] = true
    } else kept[name] = name === 'link' || name === 'lang' ? text(value) : plain(value)
  }
  return JSON.stringify(kept)
}

const isPlainMark = (name: string): boolean =>
  name === 'strong' || name === 'em' || name === 'superscript' || name === 'subscript'

const parsedMarks = new Map<string, MarkValues>()
/** The values behind canonical JSON. Do not change them: they are shared. */
export function markValues(key: string): MarkValues {
  let values = parsedMarks.get(key)
  if (!values) {
    if (parsedMarks.size > 4096) parsedMarks.clear() // footnote ids make sets many; the cache is only for speed
    parsedMarks.set(key, (values = JSON.parse(key) as MarkValues))
  }
  return values
}

// ---- ProseMirror → blocks

const blockMemo = new WeakMap<Node, Block>()

/** The block of one top-level node. Memoised: nodes are immutable. */
export function blockOfNode(node: Node): Block {
  let block = blockMemo.get(node)
  if (!block) {
    block = blockOf(isGhost(node) ? null : markerOf(node))
    const { runs } = block
    node.forEach((child) => pushRun(runs, (child.text ?? '').toWellFormed(), marksOf(child.marks)))
    blockMemo.set(node, block)
  }
  return block
}

export function blocksOf(doc: Node): Block[] {
  return doc.children.map(blockOfNode)
}

export const isGhost = (node: Node): boolean => node.attrs.ghost === true

function markerOf(node: Node): Marker {
  const { id, renders, rendersSha256, ...own } = node.attrs
  const common = commonAttrs(id, renders, rendersSha256)
  switch (node.type) {
    case N.paragraph:
      return marker('paragraph', [], { ...common, numbered: own.numbered })
    case N.heading:
      return marker('heading', [], { ...common, level: own.level })
    case N.quote:
      return marker('paragraph', ['blockquote'], common)
    case N.ordered:
      return marker('ordered-list-item', Array<string>(own.depth).fill('ordered-list-item'), common)
    case N.unordered:
      return marker('unordered-list-item', Array<string>(own.depth).fill('unordered-list-item'), common)
    default:
      return unknownMarker(own.raw, id)
  }
}

function marksOf(set: readonly Mark[]): string {
  if (set.length === 0) return NO_MARKS
  const values: { [name: string]: unknown } = {}
  for (const { type, attrs } of set) {
    if (type === M.foreign) values[attrs.name] = JSON.parse(attrs.value)
    else values[type.name] = type === M.link ? attrs.href : type === M.lang ? attrs.code : true
  }
  return canonicalMarks(values)
}

// ---- blocks → ProseMirror

/** A document for these blocks. Nodes of `reuse` with the same content are taken over, so that unchanged paragraphs stay the same object. */
export function buildDoc(blocks: Block[], reuse?: Node): Node {
  const known = new Map<string, Node>()
  reuse?.forEach((node) => known.set(contentKey(blockOfNode(node)), node))
  const built = blocks.map((block) => known.get(contentKey(block)) ?? buildNode(block))
  return schema.topNodeType.create(null, built.length > 0 ? built : N.paragraph.create({ ghost: true }))
}

const keyMemo = new WeakMap<Block, string>()
function contentKey(block: Block): string {
  let key = keyMemo.get(block)
  if (key === undefined) {
    key = JSON.stringify([block.key, ...block.runs.flatMap((run) => [run.text, run.marks])])
    keyMemo.set(block, key)
  }
  return key
}

/** The node as the spans would give it back: the same object when nothing differs. */
export function projected(node: Node): Node {
  const built = buildNode(blockOfNode(node))
  return built.eq(node) ? node : built
}

function buildNode({ marker, runs }: Block): Node {
  const content = Fragment.fromArray(runs.map((run) => schema.text(run.text, proseMarks(run.marks))))
  if (!marker) return N.paragraph.create({ ghost: true }, content)
  const { attrs } = marker
  const common: Attrs = {
    id: attrs?.id ?? null,
    renders: attrs?.renders ?? null,
    rendersSha256: attrs?.renders_sha256 ?? null,
  }
  switch (marker.type) {
    case 'paragraph':
      return marker.parents.length > 0 ? N.quote.create(common, content) : N.paragraph.create({ ...common, numbered: attrs.numbered }, content)
    case 'heading':
      return N.heading.create({ ...common, level: attrs.level }, content)
    case 'ordered-list-item':
      return N.ordered.create({ ...common, depth: marker.parents.length }, content)
    case 'unordered-list-item':
      return N.unordered.create({ ...common, depth: marker.parents.length }, content)
    default:
      return N.unknown.create(unknownAttrs(marker), content)
  }
}

const proseMarkMemo = new Map<string, readonly Mark[]>()
export function proseMarks(key: string): readonly Mark[] {
  if (key === NO_MARKS) return Mark.none
  let set = proseMarkMemo.get(key)
  if (!set) {
    if (proseMarkMemo.size > 4096) proseMarkMemo.clear()
    set = Mark.setFrom(Object.entries(markValues(key)).map(([name, value]) => proseMark(name, value)))
    proseMarkMemo.set(key, set)
  }
  return set
}

function proseMark(name: string, value: Json): Mark {
  if (isPlainMark(name)) return M[name].create()
  if (name === 'link') return M.link.create({ href: value })
  if (name === 'lang') return M.lang.create({ code: value })
  return M.foreign.create({ name, value: JSON.stringify(value) })
}

// ---- offsets

/** Units of the Automerge text that a top-level node stands for. */
export function lengthOf(node: Node): number {
  return node.content.size + (isGhost(node) ? 0 : 1)
}

/** ProseMirror position → offset in the Automerge text. */
export function offsetOf(doc: Node, position: number): number {
  let offset = 0
  for (const node of doc.children) {
    if (position < node.nodeSize) return position === 0 ? offset : offset + (isGhost(node) ? 0 : 1) + position - 1
    position -= node.nodeSize
    offset += lengthOf(node)
  }
  return offset
}

/** Offset in the Automerge text → the ProseMirror position inside the textblock that holds it. An offset before a marker belongs to the block before it. */
export function positionOf(doc: Node, offset: number): number {
  let position = 0
  for (const node of doc.children) {
    const length = lengthOf(node)
    if (offset <= length) return position + 1 + Math.max(0, offset - (isGhost(node) ? 0 : 1))
    offset -= length
    position += node.nodeSize
  }
  return position - 1
}

// ---- small parts

function blockOf(marker: Marker | null): Block {
  return { marker, key: marker ? JSON.stringify(marker) : '', runs: [] }
}

export function pushRun(runs: Run[], text: string, marks: string): void {
  if (text === '') return
  const last = runs.at(-1)
  if (last && last.marks === marks) last.text += text
  else runs.push({ text, marks })
}

function marker(type: string, parents: string[], attrs: { [key: string]: Json }): Marker {
  return { type, parents, attrs: sortKeys(attrs), isEmbed: false }
}

function commonAttrs(id: string | null, renders: string | null, sha256: string | null): { [key: string]: Json } {
  return { ...(id && { id }), ...(renders && { renders }), ...(sha256 && { renders_sha256: sha256 }) }
}

/** Unknown blocks carry their id apart, so that a split can tell the halves from each other. */
function unknownAttrs(marker: Marker): Attrs {
  const id = isMap(marker.attrs) ? idOf(marker.attrs.id) : null
  if (id === null) return { raw: JSON.stringify(marker) }
  const { id: _, ...attrs } = marker.attrs
  return { id, raw: JSON.stringify({ ...marker, attrs }) }
}

function unknownMarker(raw: string, id: string | null): Marker {
  const marker = JSON.parse(raw) as Marker
  return id === null ? marker : (plain({ ...marker, attrs: { ...marker.attrs, id } }) as unknown as Marker)
}

/** Plain, key-sorted JSON of anything Automerge returns; wrapped strings are unwrapped. */
function plain(value: unknown): Json {
  if (Array.isArray(value)) return value.map(plain)
  if (isMap(value)) return 'val' in value ? plain(value.val) : sortKeys(Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)])))
  return (value ?? null) as Json
}

function sortKeys(map: { [key: string]: Json }): { [key: string]: Json } {
  return Object.fromEntries(Object.keys(map).sort().map((key) => [key, map[key]]))
}

function text(value: unknown): string {
  if (value === null || value === undefined) return ''
  return isMap(value) && 'val' in value ? String(value.val) : String(value)
}

function isMap(value: unknown): value is { [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function idOf(value: unknown): string | null {
  const id = text(value)
  return ID.test(id) ? id : null
}

/** `renders_sha256` has the same form as an id: 16 hex digits. */
const hashOf = idOf

function clampLevel(value: unknown): number {
  return Math.min(6, Math.max(1, Math.trunc(Number(text(value))) || 2))
}
