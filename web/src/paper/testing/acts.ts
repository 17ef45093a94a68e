/** What a restless person may do to a text, by chance. Each act ends with a valid document; many change nothing. */
import { splitBlockKeepMarks, toggleMark } from 'prosemirror-commands'
import { Fragment, Slice, type Mark, type Node } from 'prosemirror-model'
import { AllSelection, TextSelection, type Command } from 'prosemirror-state'
import { marks as M, nodes as N, schema } from '../text/schema'
import { backspace, commands, deleteForward, enter, setLink } from '../surface/commands'
import {
  addColumn, addRow, cellAt, cellBelow, clearAcrossCells, deleteColumn, deleteRow, deleteTable, insertTable, leaveTable, nextCell, previousCell, toggleHeaderRow,
} from '../surface/tables'
import { eachBlock } from '../text/places'
import type { Person } from './people'
import type { Random } from './random'

const WORDS = ['a', 'aa', 'ciudad ', 'ñ', '😀', 'derecho', ' ', 'x', 'e\u0301', 'كِتَاب', '👨‍👩‍👧']

type Act = (person: Person, random: Random) => void

/** Weight and act. */
export const ACTS: Record<string, [number, Act]> = {
  typesSomewhere: [30, (p, r) => { caret(p, anywhere(p, r)); p.types(r.pick(WORDS)) }],
  typesOn: [20, (p, r) => void p.types(r.pick(WORDS))],
  backspaces: [8, (p, r) => { caret(p, anywhere(p, r)); if (!p.does(backspace)) deleteBefore(p) }],
  backspacesAtStart: [5, (p, r) => { caret(p, r.pick(starts(p))); p.does(backspace) }],
  joinsNext: [2, (p, r) => { caret(p, anywhere(p, r)); p.does(deleteForward) }],
  deletesRange: [8, (p, r) => { select(p, ...range(p, r)); p.dispatch(p.text.state.tr.deleteSelection()) }],
  typesOver: [4, (p, r) => { select(p, ...range(p, r)); p.types(r.pick(WORDS)) }],
  entersSomewhere: [8, (p, r) => { caret(p, anywhere(p, r)); p.does(enter) }],
  entersAtStart: [3, (p, r) => { caret(p, r.pick(starts(p))); p.does(enter) }],
  splitsKeepingMarks: [2, (p, r) => { caret(p, anywhere(p, r)); p.does(splitBlockKeepMarks) }],
  changesKind: [8, (p, r) => { select(p, ...range(p, r)); p.does(commands[r.pick(['paragraph', 'numbered', 'heading2', 'heading3', 'quote', 'unordered', 'ordered'] as const)]) }],
  changesMarkup: [3, (p, r) => changeMarkup(p, r)],
  indents: [5, (p, r) => { select(p, ...range(p, r)); p.does(r.chance(0.7) ? commands.indent : commands.outdent) }],
  marks: [8, (p, r) => { const [a, b] = range(p, r); p.dispatch(p.text.state.tr.addMark(a, b, mark(r))) }],
  unmarks: [5, (p, r) => { const [a, b] = range(p, r); p.dispatch(p.text.state.tr.removeMark(a, b, r.chance(0.5) ? null : mark(r))) }],
  togglesStrong: [4, (p, r) => { select(p, ...range(p, r)); p.does(toggleMark(M.strong)); if (r.chance(0.5)) p.types('z') }],
  links: [3, (p, r) => { select(p, ...range(p, r)); p.does(setLink(r.chance(0.7) ? `https://example.org/${r.below(3)}` : null)) }],
  pastes: [4, (p, r) => { select(p, ...range(p, r)); const n = 1 + r.below(4); p.dispatch(p.text.state.tr.replaceSelection(new Slice(Fragment.fromArray(Array.from({ length: n }, () => block(r))), r.below(2), r.below(2)))) }],
  copies: [3, (p, r) => { const [a, b] = range(p, r); const slice = p.shown.slice(a, b); select(p, ...range(p, r)); p.dispatch(p.text.state.tr.replaceSelection(slice)) }],
  drags: [2, (p, r) => dragBlock(p, r)],
  undoes: [8, (p) => void p.undoes()],
  redoes: [4, (p) => void p.redoes()],
  insertsTable: [2, (p, r) => { caret(p, anywhere(p, r)); p.does(insertTable(1 + r.below(3), 1 + r.below(3))) }],
  dropsTable: [1, (p, r) => { const places = [...placed(p).map(([position]) => position), p.shown.content.size]; p.dispatch(p.text.state.tr.insert(r.pick(places), table(r))) }],
  addsRow: [3, (p, r) => inCell(p, r, addRow(r.pick(['before', 'after'])))],
  addsColumn: [3, (p, r) => inCell(p, r, addColumn(r.pick(['before', 'after'])))],
  deletesRow: [2, (p, r) => inCell(p, r, deleteRow)],
  deletesColumn: [2, (p, r) => inCell(p, r, deleteColumn)],
  deletesTable: [0.5, (p, r) => inCell(p, r, deleteTable)],
  togglesHead: [1, (p, r) => inCell(p, r, toggleHeaderRow)],
  typesInCell: [8, (p, r) => { inCell(p, r, () => true); if (cellAt(p.text.state.selection.$head)) p.types(r.pick(WORDS)) }],
  tabs: [2, (p, r) => inCell(p, r, r.pick([nextCell, previousCell, cellBelow, leaveTable]))],
  clearsAcrossCells: [3, (p, r) => { select(p, ...range(p, r)); p.does(clearAcrossCells) }],
  describesPicture: [2, (p, r) => { const pictures = placed(p).filter(([, node]) => node.type === N.image); if (pictures.length > 0) p.dispatch(p.text.state.tr.setNodeAttribute(r.pick(pictures)[0], r.pick(['alt', 'credit']), r.pick(WORDS))) }],
  notes: [4, (p, r) => { caret(p, anywhere(p, r)); p.dispatch(p.text.state.tr.replaceSelectionWith(schema.text('nota', [M.footnote.create({ id: r.hex(16) })]), false)) }],
  typesInNote: [5, (p, r) => inNote(p, r, (from, to) => p.dispatch(p.text.state.tr.insertText(r.pick(WORDS), snapped(p, from + r.below(to - from + 1)))))],
  emptiesNote: [1, (p, r) => inNote(p, r, (from, to) => p.dispatch(p.text.state.tr.delete(from, to)))],
  cites: [3, (p, r) => { select(p, ...range(p, r)); p.dispatch(p.text.state.tr.replaceSelectionWith(schema.text('CGLU 2013', [M.citation.create({ id: r.pick(SOURCES) })]), r.chance(0.5))) }],
  deletesAll: [0.3, (p) => { p.dispatch(p.text.state.tr.setSelection(new AllSelection(p.shown))); p.dispatch(p.text.state.tr.deleteSelection()) }],
}

const TOTAL = Object.values(ACTS).reduce((sum, [weight]) => sum + weight, 0)

/** Does one act and returns its name. */
export function actOf(person: Person, random: Random): string {
  let left = random.next() * TOTAL
  for (const [name, [weight, act]] of Object.entries(ACTS)) {
    left -= weight
    if (left < 0) {
      act(person, random)
      return name
    }
  }
  return 'rests'
}

function block(r: Random): Node {
  const words = schema.text(r.pick(WORDS) + r.pick(WORDS), r.chance(0.3) ? [M.strong.create()] : [])
  const id = r.chance(0.3) ? r.hex(16) : null
  return r.pick([
    () => N.paragraph.create({ id, numbered: r.chance(0.5) }, words),
    () => N.heading.create({ id, level: 1 + r.below(3) }, words),
    () => N.unordered.create({ id, depth: r.below(3) }, words),
    () => N.quote.create({ id }, r.chance(0.5) ? words : null),
    () => N.image.create({ id, blob: r.hex(64), alt: 'Una plaza', credit: r.chance(0.5) ? 'CGLU' : '' }, r.chance(0.5) ? words : null),
    () => table(r),
    () => N.unknown.create({ id, raw: '{"attrs":{"of":"elsewhere"},"isEmbed":false,"parents":[],"type":"aside"}' }, words),
  ])()
}

/** As a paste may bring it: ids of rows and columns missing, or those of another table. */
function table(r: Random): Node {
  const [width, height] = [1 + r.below(3), 1 + r.below(3)]
  const known = r.chance(0.3)
  const cell = (x: number, header: boolean) => N.table_cell.create({ header, column: known ? `c0000000000000${x}0` : '' }, r.chance(0.6) ? schema.text(r.pick(WORDS)) : null)
  const rows = Array.from({ length: height }, (_, y) =>
    N.table_row.create({ row: known ? `a0000000000000${y}0` : '' }, Array.from({ length: width }, (_, x) => cell(x, y === 0))),
  )
  return N.table.create({ table: known ? 'b000000000000000' : '' }, rows)
}

function inCell(p: Person, r: Random, command: Command): void {
  const cells: number[] = []
  p.shown.descendants((node, position) => void (node.type === N.table_cell && cells.push(position + 1)))
  if (cells.length === 0) return
  caret(p, r.pick(cells))
  p.does(command)
}

function inNote(p: Person, r: Random, act: (from: number, to: number) => void): void {
  const notes: [number, number][] = []
  p.shown.descendants((node, position) => void (M.footnote.isInSet(node.marks) && notes.push([position, position + node.nodeSize])))
  if (notes.length > 0) act(...r.pick(notes))
}

const SOURCES = ['5000000000000001', '5000000000000002']

function mark(r: Random): Mark {
  return r.pick([
    () => M.strong.create(),
    () => M.em.create(),
    () => M.superscript.create(),
    () => M.subscript.create(),
    () => M.link.create({ href: `https://example.org/${r.below(3)}` }),
    () => M.lang.create({ code: r.pick(['es', 'fr']) }),
    () => M.footnote.create({ id: `f00000000000000${r.below(3)}` }),
    () => M.citation.create({ id: r.pick(SOURCES) }),
    () => M.foreign.create({ name: `bracket:b00000000000000${r.below(3)}`, value: 'true' }),
  ])()
}

function changeMarkup(p: Person, r: Random): void {
  const [position, node] = r.pick(placed(p).filter((each) => each[1].isTextblock))
  const type = r.pick([N.heading, N.paragraph, N.ordered, N.unordered, N.quote])
  const attrs = { id: node.attrs.id, level: 1 + r.below(4), numbered: r.chance(0.5), depth: r.below(3) }
  p.dispatch(p.text.state.tr.setNodeMarkup(position, type, attrs))
}

function dragBlock(p: Person, r: Random): void {
  const [position, node] = r.pick(placed(p))
  if (p.shown.childCount < 2) return
  const tr = p.text.state.tr.delete(position, position + node.nodeSize)
  let to = 0
  for (let i = r.below(tr.doc.childCount + 1); i > 0; i--) to += tr.doc.child(i - 1).nodeSize
  p.dispatch(tr.insert(to, node))
}

const placed = (p: Person): [number, Node][] => {
  const list: [number, Node][] = []
  p.shown.forEach((node, position) => list.push([position, node]))
  return list
}

function starts(p: Person): number[] {
  const list: number[] = []
  eachBlock(p.shown, (_, position) => list.push(position + 1))
  return list
}

/** A caret never stands inside a surrogate pair. */
function snapped(p: Person, position: number): number {
  const $at = p.shown.resolve(position)
  const text = $at.parent.isTextblock ? $at.parent.textContent : ''
  return $at.parentOffset > 0 && /[\udc00-\udfff]/.test(text[$at.parentOffset] ?? '') ? position + 1 : position
}

const anywhere = (p: Person, r: Random): number => snapped(p, r.below(p.shown.content.size + 1))

function range(p: Person, r: Random): [number, number] {
  const from = anywhere(p, r)
  const length = r.chance(0.8) ? r.below(12) : r.below(60)
  return [from, snapped(p, Math.min(p.shown.content.size, from + length))]
}

export function select(p: Person, from: number, to: number): void {
  p.dispatch(p.text.state.tr.setSelection(TextSelection.between(p.shown.resolve(from), p.shown.resolve(to))))
}

const caret = (p: Person, position: number): void => select(p, position, position)

function deleteBefore(p: Person): void {
  const { $from } = p.text.state.selection
  if ($from.parentOffset === 0) return
  const low = /[\udc00-\udfff]/.test($from.parent.textContent[$from.parentOffset - 1])
  p.dispatch(p.text.state.tr.delete($from.pos - (low ? 2 : 1), $from.pos))
}
