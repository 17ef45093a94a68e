/**
 * What a keystroke costs in a chapter of 15,000 characters, in Node and without a view: `npm run bench:keystroke [characters…]`.
 *
 * The text is made by two authors in changes of about one word, with edits elsewhere, deletions and marks, so that its history looks like
 * one that people made. Prints median and 95th percentile in milliseconds; compare by ratio, within one run.
 */
import * as A from '@automerge/automerge/slim'
import { TextSelection } from 'prosemirror-state'
import { TEXT_PATH, type PaperDoc } from '../src/paper/text/automerge'
import { LivingText } from '../src/paper/binding/living-text'
import { redline, withBase } from '../src/paper/decorations/redline'
import { marks as M, nodes as N } from '../src/paper/text/schema'
import { backspace, commands, enter } from '../src/paper/surface/commands'
import { textOf } from '../src/paper/testing/people'
import { Random } from '../src/paper/testing/random'

const WORDS = 'ciudad migrantes integración acogida derechos vivienda empleo escuela plan local consejo barrio'.split(' ')

export function main(args: string[]): void {
  const sizes = args.length > 0 ? args.map(Number) : [15_000]
  for (const size of sizes) measure(size)
}

function measure(size: number): void {
  const random = new Random(7)
  const bytes = A.save(writtenByTwo(size, random))
  const rows: Record<string, string> = {}
  rows['load and first document'] = times(5, () => void open(A.load(bytes), random))
  const text = open(A.load(bytes), random)
  caretInTheMiddle(text)
  const now = (act: () => void) => () => {
    act()
    text.flush()
  }
  const type = (letters: string) => text.dispatch(text.state.tr.insertText(letters))
  times(20, now(() => type('w'))) // warm
  rows['keystroke, written at once'] = times(200, now(() => type('x')))
  rows['keystroke, to be written later'] = times(200, () => type('y'))
  text.flush()
  rows['writing ten letters'] = times(20, () => text.flush(), () => Array.from('consejeras', type))
  rows.backspace = times(50, now(() => deleteBefore(text)))
  rows.Enter = times(30, now(() => void text.run(enter)))
  rows.join = times(30, now(() => void text.run(backspace)))
  rows['strong on ten letters'] = times(20, now(() => toggleStrong(text)))
  rows['change of kind'] = times(20, now(() => void text.run(commands.numbered)))
  rows.undo = times(20, () => void text.undo())
  let other = A.clone(text.doc)
  rows['one remote change'] = remote(1)
  rows['twenty remote changes'] = remote(20)
  rows['keystroke in a proposal, changes shown'] = proposing(bytes, random)
  const { numChanges, numOps } = A.stats(text.doc)
  console.log(`\n${text.doc.text.length} characters, ${numChanges} changes, ${numOps} operations: median / p95 in ms`)
  console.table(rows)
  if (text.check()) throw new Error('the screen does not say what the text says')

  function remote(count: number): string {
    let changes: Uint8Array[] = []
    const write = (): void => {
      const before = other
      for (let i = 0; i < count; i++) other = A.change(other, (draft) => A.splice(draft, TEXT_PATH, Math.floor(size / 3) + 7 * i, 0, 'r'))
      changes = A.getChanges(before, other)
    }
    return times(20, () => receive(text, changes), write)
  }
}

/** A word is replaced in every third paragraph, and the caret's own is rewritten to its half. */
function proposing(bytes: Uint8Array, random: Random): string {
  const text = open(A.load(bytes), random)
  const words = { fresh: 'new', gone: 'gone', split: 'split', retyped: 'other' }
  text.dispatch(withBase(text.state, { doc: text.state.doc, words }))
  text.state.doc.children.forEach((node, i) => {
    const start = text.state.doc.children.slice(0, i).reduce((size, each) => size + each.nodeSize, 1)
    if (i % 3 === 0 && node.content.size > 40) text.dispatch(text.state.tr.insertText('otra palabra', start + 12, start + 20))
  })
  caretInTheMiddle(text)
  const { $head } = text.state.selection
  text.dispatch(text.state.tr.insertText('escrito de nuevo con otras palabras que antes no estaban '.repeat(4), $head.pos, $head.end()))
  const type = () => {
    text.dispatch(text.state.tr.insertText('x'))
    text.flush()
  }
  times(20, type)
  return times(200, type)
}

function open(doc: PaperDoc, random: Random): LivingText {
  return new LivingText(doc, { onChanges: () => {}, newId: () => random.hex(16), plugins: [redline()] })
}

function receive(text: LivingText, changes: Uint8Array[]): void {
  const tr = text.receive(changes)
  if (tr) text.dispatch(tr)
}

/** Median / p95 of `act` alone. */
function times(count: number, act: () => void, prepare: () => void = () => {}): string {
  const samples = Array.from({ length: count }, () => {
    prepare()
    const start = performance.now()
    act()
    return performance.now() - start
  }).sort((a, b) => a - b)
  const at = (quantile: number) => samples[Math.min(count - 1, Math.floor(count * quantile))].toFixed(2)
  return `${at(0.5)} / ${at(0.95)}`
}

function caretInTheMiddle(text: LivingText): void {
  const { doc } = text.state
  let place = 0
  doc.forEach((node, position) => {
    if (place === 0 && position > doc.content.size / 2 && node.type === N.paragraph && node.content.size > 100) place = position + 50
  })
  text.dispatch(text.state.tr.setSelection(TextSelection.create(doc, place)))
}

function deleteBefore(text: LivingText): void {
  const { from } = text.state.selection
  text.dispatch(text.state.tr.delete(from - 1, from))
}

function toggleStrong(text: LivingText): void {
  const { from } = text.state.selection
  const mark = M.strong.create()
  const { tr, doc } = text.state
  text.dispatch(doc.rangeHasMark(from - 15, from - 5, M.strong) ? tr.removeMark(from - 15, from - 5, mark) : tr.addMark(from - 15, from - 5, mark))
}

/** 85 % at the end, 15 % elsewhere; now and then a deletion or a mark; a new paragraph about every 450 characters. */
function writtenByTwo(size: number, random: Random): PaperDoc {
  let docs: PaperDoc[] = [textOf(['# Capítulo'], random)]
  docs.push(A.clone(docs[0], { actor: random.hex(32) }))
  for (let turn = 0, author = 0; docs[author].text.length < size; turn++) {
    if (turn % 200 === 199) {
      docs = [A.merge(docs[0], docs[1]), A.merge(docs[1], docs[0])]
      author = 1 - author
    }
    docs[author] = A.change(docs[author], (draft) => writeAWord(draft, random))
  }
  return A.merge(docs[0], docs[1])
}

function writeAWord(draft: PaperDoc, random: Random): void {
  const { text } = draft
  const lastMarker = text.lastIndexOf('\ufffc')
  let length = text.length
  if (length - lastMarker > 450 || lastMarker === 0) {
    const scalar = (value: string) => new A.ImmutableString(value)
    const numbered = random.chance(0.7)
    A.splitBlock(draft, TEXT_PATH, length++, { type: scalar('paragraph'), parents: [], attrs: { id: scalar(random.hex(16)), numbered }, isEmbed: false })
  }
  const elsewhere = 1 + random.below(length - 1)
  const inside = random.chance(0.15) && !text.slice(elsewhere - 1, elsewhere + 1).includes('\ufffc')
  A.splice(draft, TEXT_PATH, inside ? elsewhere : length, 0, `${random.pick(WORDS)} `)
  const cut = 1 + random.below(Math.max(1, length - 20))
  if (random.chance(0.03) && !text.slice(cut, cut + 4).includes('\ufffc') && cut + 4 < length) A.splice(draft, TEXT_PATH, cut, 4)
  const start = length - 30
  if (random.chance(0.05) && start > 10) A.mark(draft, TEXT_PATH, { start, end: start + 9, expand: 'after' }, random.pick(['strong', 'em']), true)
}
