/**
 * One shape for both sides: a text is a list of blocks, a block is a marker and runs of marked words.
 *
 * ```text
 * Automerge spans ── blocksOfSpans ──▶ Block[] ◀── blocksOf ── ProseMirror document
 *                                         └──────── buildDoc ──────────▶
 * ```
 *
 * `buildDoc` is total: any spans, whatever merged, can be shown. `buildDoc ∘ blocksOf` is a *projection* onto the documents that spans
 * can express, and the editor's document is always such a projection. A table is the run of its cells; no marker stands for the whole. Markers and mark sets are compared as canonical JSON,
 * because Automerge returns their keys in no order.
 *
 * Lengths and offsets count UTF-16 units of the Automerge text; a block marker counts one.
 */
import type * as A from '@automerge/automerge/slim'
import { Fragment, Mark, type Attrs, type Node } from 'prosemirror-model'
import { gridOf } from './grid'
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
    if (span.type === 'block') blocks.push(markedBlock(canonicalMarker(span.value)))
    else if (span.value !== '') {
      if (blocks.length === 0) blocks.push(markedBlock(null))
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
    case 'image':
      return marker(type, [], { ...common, blob: wordOf(attrs.blob), alt: wordOf(attrs.alt), credit: wordOf(attrs.credit) })
    case 'table-cell':
      return marker(type, [], { ...common, table: wordOf(attrs.table), row: wordOf(attrs.row), column: wordOf(attrs.column), header: attrs.header === true })
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

const blocksMemo = new WeakMap<Node, readonly Block[]>()

/** The blocks of one top-level node: one, or those of a table's cells. Memoised: nodes are immutable. */
export function blocksOfNode(node: Node): readonly Block[] {
  let blocks = blocksMemo.get(node)
  if (!blocks) {
    blocks =
      node.type === N.table
        ? cellsOf(node).map(({ cell, row }) => markedBlock(cellMarker(cell, row, node), runsOf(cell)))
        : [markedBlock(isGhost(node) ? null : markerOf(node), runsOf(node))]
    blocksMemo.set(node, blocks)
  }
  return blocks
}

export function blocksOf(doc: Node): Block[] {
  return doc.children.flatMap(blocksOfNode)
}

/** The cells that stand in the text, in its order. */
function cellsOf(table: Node): { cell: Node; row: Node }[] {
  return table.children.flatMap((row) => row.children.filter((cell) => !isGhost(cell)).map((cell) => ({ cell, row })))
}

const runsMemo = new WeakMap<Node, Run[]>()

/** The words of one textblock. Do not change them: they are shared. */
export function runsOf(node: Node): Run[] {
  let runs = runsMemo.get(node)
  if (!runs) {
    runs = []
    for (const child of node.children) pushRun(runs, (child.text ?? '').toWellFormed(), marksOf(child.marks))
    runsMemo.set(node, runs)
  }
  return runs
}

/** Shown without a marker in the text. A cell ceases to be one with its first word. */
export const isGhost = (node: Node): boolean => node.attrs.ghost === true && (node.type !== N.table_cell || node.content.size === 0)

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
    case N.image:
      return marker('image', [], { ...common, blob: own.blob, alt: own.alt, credit: own.credit })
    default:
      return unknownMarker(own.raw, id)
  }
}

function cellMarker({ attrs }: Node, row: Node, table: Node): Marker {
  return marker('table-cell', [], {
    ...commonAttrs(attrs.id, attrs.renders, attrs.rendersSha256),
    table: table.attrs.table,
    row: row.attrs.row,
    column: attrs.column,
    header: attrs.header,
  })
}

function marksOf(set: readonly Mark[]): string {
  if (set.length === 0) return NO_MARKS
  const values: { [name: string]: unknown } = {}
  for (const { type, attrs } of set) {
    if (type === M.foreign) values[attrs.name] = JSON.parse(attrs.value)
    else if (type === M.footnote || type === M.citation) values[`${type.name}:${attrs.id}`] = true
    else values[type.name] = type === M.link ? attrs.href : type === M.lang ? attrs.code : true
  }
  return canonicalMarks(values)
}

// ---- blocks → ProseMirror

/** A document for these blocks. Nodes of `reuse` with the same content are taken over, so that unchanged paragraphs stay the same object. */
export function buildDoc(blocks: readonly Block[], reuse?: Node): Node {
  const known = new Map<string, Node>()
  reuse?.forEach((node) => known.set(blocksOfNode(node).map(contentKey).join('\n'), node))
  const built = buildNodes(blocks, known)
  return schema.topNodeType.create(null, built.length > 0 ? built : N.paragraph.create({ ghost: true }))
}

/** The top-level nodes for these blocks; neighbouring cells of one table become that table. */
export function buildNodes(blocks: readonly Block[], known?: ReadonlyMap<string, Node>): Node[] {
  const nodes: Node[] = []
  for (let i = 0; i < blocks.length; ) {
    const end = endOfTable(blocks, i)
    const part = blocks.slice(i, Math.max(end, i + 1))
    nodes.push(known?.get(part.map(contentKey).join('\n')) ?? (end > i ? buildTable(part) : buildNode(part[0])))
    i += part.length
  }
  return nodes
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

/** Where the table that begins with this block ends; where it begins when the block is no cell. */
function endOfTable(blocks: readonly Block[], start: number): number {
  const first = blocks[start].marker
  let end = start
  while (end < blocks.length && blocks[end].marker?.type === 'table-cell' && blocks[end].marker?.attrs.table === first?.attrs.table) end++
  return end
}

/** Rows and columns as `grid.ts` lays them; what a row lacks becomes a ghost. */
function buildTable(cells: readonly Block[]): Node {
  const idOf = ({ marker }: Block, name: 'row' | 'column'): string => String(marker?.attrs[name] ?? '')
  const { columns, rows } = gridOf(cells, (cell) => ({ row: idOf(cell, 'row'), column: idOf(cell, 'column') }))
  const built = rows.map(({ id, cells: places }) => {
    const header = places.every((cell) => cell === null || cell.marker?.attrs.header === true)
    const row = places.map((cell, x) => (cell ? buildCell(cell) : N.table_cell.create({ column: columns[x] ?? '', header, ghost: true })))
    return N.table_row.create({ row: id }, row)
  })
  return N.table.create({ table: cells[0].marker?.attrs.table }, built)
}

function buildCell({ marker, runs }: Block): Node {
  const { column = '', header = false } = marker?.attrs ?? {}
  return N.table_cell.create({ ...nodeAttrs(marker), column, header }, inline(runs))
}

const inline = (runs: readonly Run[]): Fragment => Fragment.fromArray(runs.map((run) => schema.text(run.text, proseMarks(run.marks))))

const nodeAttrs = (marker: Marker | null): Attrs => ({
  id: marker?.attrs?.id ?? null,
  renders: marker?.attrs?.renders ?? null,
  rendersSha256: marker?.attrs?.renders_sha256 ?? null,
})

function buildNode({ marker, runs }: Block): Node {
  const content = inline(runs)
  if (!marker) return N.paragraph.create({ ghost: true }, content)
  const { attrs } = marker
  const common = nodeAttrs(marker)
  switch (marker.type) {
    case 'paragraph':
      return marker.parents.length > 0 ? N.quote.create(common, content) : N.paragraph.create({ ...common, numbered: attrs.numbered }, content)
    case 'heading':
      return N.heading.create({ ...common, level: attrs.level }, content)
    case 'ordered-list-item':
      return N.ordered.create({ ...common, depth: marker.parents.length }, content)
    case 'unordered-list-item':
      return N.unordered.create({ ...common, depth: marker.parents.length }, content)
    case 'image':
      return N.image.create({ ...common, blob: attrs.blob, alt: attrs.alt, credit: attrs.credit }, content)
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
  const [, kind, id] = /^(footnote|citation):([0-9a-f]{16})$/.exec(name) ?? []
  if (kind && value === true) return M[kind].create({ id })
  return M.foreign.create({ name, value: JSON.stringify(value) })
}

// ---- small parts

function markedBlock(marker: Marker | null, runs: Run[] = []): Block {
  return { marker, key: marker ? JSON.stringify(marker) : '', runs }
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

/** A string, wrapped or not; anything else is none. */
function wordOf(value: unknown): string {
  const word = isMap(value) && 'val' in value ? value.val : value
  return typeof word === 'string' ? word.toWellFormed() : ''
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
