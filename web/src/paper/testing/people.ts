/**
 * People at a text, for tests: each has a replica and a headless editor, types where a word is, and meets the others when told to.
 *
 * ```ts
 * const [ines, samir] = await people(['# Título', 'hola mundo'], 'Inés', 'Samir')
 * ines.typesBefore('mundo', 'gran ')
 * meet(ines, samir)
 * expect(samir.lines()).toEqual(['# Título', 'hola gran mundo'])
 * ```
 */
import './automerge-in-node'
import * as A from '@automerge/automerge/slim'
import type { Node } from 'prosemirror-model'
import { TextSelection, type Command, type Transaction } from 'prosemirror-state'
import { TEXT_PATH, type PaperDoc } from '../text/automerge'
import { LivingText } from '../binding/living-text'
import { blocksOfSpans, buildDoc } from '../text/model'
import { eachBlock } from '../text/places'
import { Random } from './random'

export class Person {
  readonly text: LivingText
  /** What left this desk, in order. */
  readonly sent: Uint8Array[] = []

  constructor(
    readonly name: string,
    doc: PaperDoc,
    readonly random: Random,
    /** Write each transaction at once, or only when something needs it. */
    private readonly writes: 'at once' | 'deferred' = 'at once',
  ) {
    this.text = new LivingText(doc, {
      onChanges: (changes) => void this.sent.push(...changes),
      newId: () => random.hex(16),
      undoGroupMs: -1, // each transaction is a step of undo, whatever the clock says
    })
  }

  get shown(): Node {
    return this.text.state.doc
  }

  dispatch(tr: Transaction): void {
    this.text.dispatch(tr)
    if (this.writes === 'at once') this.text.flush()
  }

  does(command: Command): boolean {
    return command(this.text.state, (tr) => this.dispatch(tr))
  }

  undoes(): boolean {
    return this.text.undo()
  }

  redoes(): boolean {
    return this.text.redo()
  }

  receives(changes: Uint8Array[]): void {
    const tr = this.text.receive(changes)
    if (tr) this.text.dispatch(tr)
  }

  /** As while an input method composes: the changes are in the document, and not on screen until `looks`. */
  holds(changes: Uint8Array[]): void {
    this.text.hold(changes)
  }

  looks(): void {
    const tr = this.text.release()
    if (tr) this.text.dispatch(tr)
  }

  // ---- the notation of the stories

  /** Puts the caret before the word, or selects `length` units from `into` units after its start. */
  at(word: string, into = 0, length = 0): this {
    const from = this.positionOfWord(word) + into
    this.dispatch(this.text.state.tr.setSelection(TextSelection.create(this.shown, from, from + length)))
    return this
  }

  selects(words: string): this {
    return this.at(words, 0, words.length)
  }

  types(words: string): this {
    this.dispatch(this.text.state.tr.insertText(words))
    return this
  }

  typesBefore(word: string, words: string): this {
    return this.at(word).types(words)
  }

  typesAfter(word: string, words: string): this {
    return this.at(word, word.length).types(words)
  }

  deletes(words: string): this {
    this.selects(words)
    this.dispatch(this.text.state.tr.deleteSelection())
    return this
  }

  deletesBlockOf(word: string): this {
    const $at = this.shown.resolve(this.positionOfWord(word))
    this.dispatch(this.text.state.tr.delete($at.before(), $at.after()))
    return this
  }

  positionOfWord(word: string): number {
    let found: number | null = null
    eachBlock(this.shown, (node, position) => {
      const index = node.textContent.indexOf(word)
      if (index >= 0 && found === null) found = position + 1 + index
    })
    if (found === null) throw new Error(`${this.name} does not see "${word}"`)
    return found
  }

  /** The text a line per block: `# ` headings, `31. ` numbered, `- ` and `1) ` lists, `> ` quotes, `! ` captions, `|` cells (`#` heads, `·` without a marker), `? ` unknown, `*` around strong. */
  lines(): string[] {
    return this.shown.children.map(lineOf)
  }

  ids(): (string | null)[] {
    const ids: (string | null)[] = []
    eachBlock(this.shown, (node) => ids.push(node.attrs.id))
    return ids
  }

  /** The invariant of the binding, and a valid document. */
  checks(): void {
    this.text.flush()
    this.shown.check()
    const stored = buildDoc(blocksOfSpans(A.spans(this.text.shownDoc, TEXT_PATH)))
    if (!stored.eq(this.shown)) throw new Error(`${this.name}'s screen and text differ\n  text   ${describe(stored)}\n  screen ${describe(this.shown)}`)
  }
}

export const describe = (doc: Node): string => JSON.stringify(doc.toJSON()).slice(0, 1_000)

function lineOf(node: Node): string {
  const words = node.children.map((child) => (child.marks.some((mark) => mark.type.name === 'strong') ? `*${child.text}*` : child.text)).join('')
  switch (node.type.name) {
    case 'heading':
      return `${'#'.repeat(node.attrs.level)} ${words}`
    case 'quote':
      return `> ${words}`
    case 'ordered':
      return `${'  '.repeat(node.attrs.depth)}1) ${words}`
    case 'unordered':
      return `${'  '.repeat(node.attrs.depth)}- ${words}`
    case 'image':
      return `! ${words}`
    case 'table':
      return node.children.map((row) => `|${row.children.map((cell) => `${cell.attrs.ghost ? '·' : cell.attrs.header ? '#' : ''}${cell.textContent}|`).join('')}`).join('\n')
    case 'unknown':
      return `? ${words}`
    default:
      return node.attrs.numbered ? `N. ${words}` : words
  }
}

type BlockJson = { type: string; parents?: string[]; attrs: Record<string, A.MaterializeValue> }

/** A text as the server makes it: one block per line, in the notation of `lines`. Ids come from the generator. */
export function textOf(lines: string[], random: Random): PaperDoc {
  const scalar = (value: string) => new A.ImmutableString(value)
  const doc = A.from<{ schema: number; text: string }>({ schema: 1, text: '' }, { actor: random.hex(32) }) as PaperDoc
  return A.change(doc, { time: 0 }, (draft) => {
    let at = 0
    for (const line of lines) {
      const [block, words] = blockOfLine(line)
      const attrs = { id: scalar(random.hex(16)), ...block.attrs }
      A.splitBlock(draft, TEXT_PATH, at++, { type: scalar(block.type), parents: (block.parents ?? []).map(scalar), attrs, isEmbed: false })
      A.splice(draft, TEXT_PATH, at, 0, words)
      at += words.length
    }
  })
}

function blockOfLine(line: string): [BlockJson, string] {
  const heading = /^(#+) (.*)$/s.exec(line)
  if (heading) return [{ type: 'heading', attrs: { level: heading[1].length } }, heading[2]]
  if (line.startsWith('> ')) return [{ type: 'paragraph', parents: ['blockquote'], attrs: {} }, line.slice(2)]
  if (line.startsWith('- ')) return [{ type: 'unordered-list-item', attrs: {} }, line.slice(2)]
  if (line.startsWith('1) ')) return [{ type: 'ordered-list-item', attrs: {} }, line.slice(3)]
  const numbered = line.startsWith('N. ')
  return [{ type: 'paragraph', attrs: { numbered } }, numbered ? line.slice(3) : line]
}

/** Replicas of one text, one per name. */
export function people(lines: string[], names: string[], random = new Random(1), writes?: 'at once' | 'deferred'): Person[] {
  const bytes = A.save(textOf(lines, random))
  return names.map((name) => new Person(name, A.load(bytes, { actor: random.hex(32) }), random, writes))
}

/** `to` gets what `from` has, on screen or held back. */
export function sends(from: Person, to: Person, how: 'shown' | 'held' = 'shown'): void {
  from.text.flush()
  to.text.flush()
  const changes = A.getChanges(to.text.doc, from.text.doc)
  if (changes.length > 0) how === 'held' ? to.holds(changes) : to.receives(changes)
  to.checks()
}

/** Everybody gets everything, and looks. */
export function meet(...all: Person[]): void {
  for (const person of all) person.looks()
  for (const from of all) for (const to of all) if (from !== to) sends(from, to)
  for (const from of all) for (const to of all) if (from !== to) sends(from, to)
}
