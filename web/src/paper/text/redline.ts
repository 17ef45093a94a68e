/**
 * What differs between two states of a text, by the word, for people to read: which words are new, which are gone and where they
 * stood, which paragraphs came, went, were split, joined or changed their kind.
 *
 * ```ts
 * const { blocks, gone } = redline(base, present)
 * blocks[2].words   // [{ kind: 'deleted', at: 14, words: 'oírlas' }, { kind: 'inserted', from: 14, to: 26 }]
 * ```
 *
 * Paragraphs are paired by their ids; one that has changed its place counts as gone there and new here. Between two pairs, words are
 * compared as one line in which a paragraph's beginning is a word of its own, so that a split or a join does not repeat the words.
 * What was compared once is not compared again while its paragraphs stay the same objects: a keystroke costs one paragraph.
 *
 * `diff.ts` answers another question: which characters to write, and exactly. This file is for eyes.
 */
import type { Node } from 'prosemirror-model'
import { lcsTable } from './diff'
import { runsOf } from './model'
import { eachBlock } from './places'

export type WordChange =
  | { kind: 'inserted'; from: number; to: number }
  /** The words stay, their look (strong, link …) is another. */
  | { kind: 'restyled'; from: number; to: number }
  /** `words` stood at `at`. A paragraph that was joined to this one begins with `¶`. */
  | { kind: 'deleted'; at: number; words: string }

/** How one paragraph came to be what it is. Offsets are UTF-16 units from the start of its words, changes in their order. */
export interface BlockChange {
  /** `fresh`: all of it is new, and `words` is empty. `split`: its words stood in the paragraph before. */
  is: 'kept' | 'fresh' | 'split'
  /** Its kind is another: a heading became a paragraph, a level changed. */
  retyped: boolean
  words: WordChange[]
}

export interface Redline {
  /** One for each block of the present document that holds words: paragraphs, captions, cells. */
  blocks: readonly BlockChange[]
  /** Paragraphs of the base that are gone as a whole; each stood before the present block of this index. In the order of the text. */
  gone: readonly { before: number; block: Node }[]
}

/** What `present` changes of `base`. */
export function redline(base: Node, present: Node): Redline {
  const blocks: BlockChange[] = []
  const gone: { before: number; block: Node }[] = []
  for (const section of sectionsOf(base, present)) {
    const found = compared(section)
    gone.push(...found.gone.map(({ after, block }) => ({ before: section.first + after + 1, block })))
    blocks.push(...found.blocks)
  }
  return { blocks, gone }
}

/** How many places a reader has to look at: paragraphs that are not as they were. */
export function countChanges({ blocks, gone }: Redline): number {
  return gone.length + blocks.filter(({ is, retyped, words }) => is !== 'kept' || retyped || words.length > 0).length
}

// ---- sections: a paragraph that both have, and what follows it until the next one that both have

interface Section {
  base: readonly Node[]
  present: readonly Node[]
  /** Both begin with the same paragraph. Only what stands before the first such paragraph does not. */
  headed: boolean
  /** Index of `present[0]` in the document. */
  first: number
}

function sectionsOf(base: Node, present: Node): Section[] {
  const [old, neu] = [blocksOf(base), blocksOf(present)]
  const places = new Map(old.map((node, i) => [idOf(node), i]))
  const heads = increasing(neu.map((node) => places.get(idOf(node)) ?? -1))
  const sections: Section[] = []
  let [from, into] = [0, 0]
  const close = (to: number, until: number, headed: boolean): void => {
    if (to > from || until > into) {
      sections.push({ base: old.slice(from, to), present: neu.slice(into, until), headed, first: into })
    }
    from = to
    into = until
  }
  heads.forEach(({ place, index }, nth) => close(place, index, nth > 0))
  close(old.length, neu.length, heads.length > 0)
  return sections
}

function blocksOf(doc: Node): Node[] {
  const blocks: Node[] = []
  eachBlock(doc, (node) => blocks.push(node))
  return blocks
}

/** A block without an id is found again by what it says. */
function idOf(node: Node): string {
  return typeof node.attrs.id === 'string' ? node.attrs.id : `${node.type.name} ${node.textContent}`
}

/** The longest selection in which places increase; `-1` is none. */
function increasing(places: readonly number[]): { place: number; index: number }[] {
  const ends: number[] = [] // ends[n]: index of the smallest place that ends a selection of n + 1
  const before = new Map<number, number>()
  places.forEach((place, index) => {
    if (place < 0) return
    let low = 0
    for (let high = ends.length; low < high; ) {
      const middle = (low + high) >> 1
      if (places[ends[middle]] < place) low = middle + 1
      else high = middle
    }
    if (places[ends[low]] === place) return // a doubled id: the first in the text owns it
    if (low > 0) before.set(index, ends[low - 1])
    ends[low] = index
  })
  const chosen: { place: number; index: number }[] = []
  for (let index = ends.at(-1); index !== undefined; index = before.get(index)) chosen.unshift({ place: places[index], index })
  return chosen
}

// ---- one section

interface SectionChange {
  blocks: BlockChange[]
  /** `after`: the present block of the section behind which it stood; -1 before the first. */
  gone: { after: number; block: Node }[]
}

const memo = new WeakMap<Node, { section: Section; change: SectionChange }>()

function compared(section: Section): SectionChange {
  const { base, present } = section
  const key = present[0]
  const known = key && memo.get(key)
  if (known && sameNodes(known.section.base, base) && sameNodes(known.section.present, present)) return known.change
  const change = isSame(section) ? { blocks: [{ is: 'kept', retyped: false, words: [] } satisfies BlockChange], gone: [] } : compare(section)
  if (key) memo.set(key, { section, change })
  return change
}

const sameNodes = (a: readonly Node[], b: readonly Node[]): boolean => a.length === b.length && a.every((node, i) => node === b[i])
const isSame = ({ base, present, headed }: Section): boolean =>
  headed && base.length === 1 && present.length === 1 && (base[0] === present[0] || base[0].eq(present[0]))

interface Token {
  /** Empty at the beginning of a paragraph, which equals no other. */
  text: string
  marks: string
  /** Index of its paragraph in the section, and offset in that paragraph's words. */
  block: number
  at: number
}

/** Words; each space and each sign alone. */
const WORD = /[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}\p{N}]+)*|[^]/gu
const lettersOf = ({ text }: Token): number => (/^[\p{L}\p{N}]/u.test(text) ? text.length : 0)

function tokensOf(nodes: readonly Node[], headed: boolean): Token[] {
  return nodes.flatMap((node, block) => {
    const tokens: Token[] = block > 0 || !headed ? [{ text: '', marks: '', block, at: 0 }] : []
    let at = 0
    for (const { text, marks } of runsOf(node)) {
      for (const [word] of text.matchAll(WORD)) {
        tokens.push({ text: word, marks, block, at })
        at += word.length
      }
    }
    return tokens
  })
}

function compare({ base, present, headed }: Section): SectionChange {
  const old = tokensOf(base, headed)
  const neu = tokensOf(present, headed)
  const pairs = new Pairs(old, neu)
  pairs.dropIslands()
  const goneBlocks = pairs.dropStrangers('old', headed ? 1 : 0, base.length)
  const freshBlocks = pairs.dropStrangers('new', headed ? 1 : 0, present.length)
  const blocks = present.map((node, block): BlockChange => {
    const isHead = headed && block === 0
    return { is: isHead ? 'kept' : freshBlocks.has(block) ? 'fresh' : 'split', retyped: isHead && !sameKind(base[0], node), words: [] }
  })
  return { blocks, gone: tell(pairs, { base, blocks, goneBlocks, headed }) }
}

function sameKind(a: Node, b: Node): boolean {
  return a.type === b.type && ['level', 'numbered', 'depth', 'raw', 'blob', 'alt', 'credit', 'header'].every((name) => a.attrs[name] === b.attrs[name])
}

/** Above this many cells the table of common words is not worth its time. */
const LCS_CELLS = 250_000

/** Which token of the old line is which of the new one. */
class Pairs {
  /** Index in the new line for each of the old one; -1: gone. */
  readonly into: number[]

  constructor(
    readonly old: readonly Token[],
    readonly neu: readonly Token[],
  ) {
    this.into = Array<number>(old.length).fill(-1)
    const equal = (i: number, j: number): boolean => old[i].text !== '' && old[i].text === neu[j].text
    let start = 0
    let end = 0
    const shorter = Math.min(old.length, neu.length)
    while (start < shorter && equal(start, start)) this.into[start] = start++
    while (end < shorter - start && equal(old.length - 1 - end, neu.length - 1 - end)) this.into[old.length - 1 - end] = neu.length - 1 - end++
    const [n, m] = [old.length - start - end, neu.length - start - end]
    if (n === 0 || m === 0 || n * m > LCS_CELLS) return
    const common = lcsTable(n, m, (i, j) => equal(start + i, start + j))
    for (let i = 0, j = 0; i < n && j < m; ) {
      if (equal(start + i, start + j)) this.into[start + i++] = start + j++
      else if (common(i + 1, j) >= common(i, j + 1)) i++
      else j++
    }
  }

  /** A short word left standing beside a replaced stretch and another change only makes both hard to read: it is replaced with them. */
  dropIslands(): void {
    const { old, into } = this
    for (let i = 0; i < old.length; ) {
      if (into[i] < 0) {
        i++
        continue
      }
      let end = i + 1
      while (end < old.length && into[end] === into[end - 1] + 1) end++
      const carries = old.slice(i, end).some((token) => lettersOf(token) > 3)
      const [left, right] = [this.changedSides(this.lastPairBefore(i), i), this.changedSides(end - 1, this.firstPairFrom(end))]
      if (!carries && left > 0 && right > 0 && left + right > 2) into.fill(-1, i, end)
      i = end
    }
  }

  /** How many of the two lines have words of their own between two paired tokens of the old line, or its ends: with both, words gave way to others. */
  private changedSides(before: number, after: number): number {
    const into = before < 0 ? -1 : this.into[before]
    const until = after < this.old.length ? this.into[after] : this.neu.length
    const speaks = (tokens: readonly Token[]): boolean => tokens.some((token) => lettersOf(token) > 0)
    return Number(speaks(this.old.slice(before + 1, after))) + Number(speaks(this.neu.slice(into + 1, until)))
  }

  private lastPairBefore(i: number): number {
    while (--i >= 0 && this.into[i] < 0);
    return i
  }

  private firstPairFrom(i: number): number {
    while (i < this.old.length && this.into[i] < 0) i++
    return i
  }

  /**
   * Paragraphs of one side of which less than half stands on the other: a few common words do not make them parts of their neighbours. They
   * are told as wholes, so nothing of theirs stays paired. Returns their indexes.
   */
  dropStrangers(side: 'old' | 'new', from: number, to: number): Set<number> {
    const strangers = new Set<number>()
    for (let block = from; block < to; block++) {
      let letters = 0
      let paired = 0
      this.eachOf(side, block, (token, i) => {
        letters += lettersOf(token)
        if (i !== null) paired += lettersOf(token)
      })
      if (letters > 0 && paired * 2 > letters) continue
      strangers.add(block)
      this.eachOf(side, block, (_, i) => {
        if (i !== null) this.into[i] = -1
      })
    }
    return strangers
  }

  /** Each token of a paragraph, with the index of its pair in the old line (its own, on the old side); null when it has none. */
  private eachOf(side: 'old' | 'new', block: number, visit: (token: Token, pair: number | null) => void): void {
    if (side === 'old') return this.old.forEach((token, i) => token.block === block && visit(token, this.into[i] < 0 ? null : i))
    const back = new Map(this.into.map((j, i) => [j, i]))
    this.neu.forEach((token, j) => token.block === block && visit(token, back.get(j) ?? null))
  }
}

interface Telling {
  base: readonly Node[]
  blocks: BlockChange[]
  goneBlocks: ReadonlySet<number>
  headed: boolean
}

/** Writes what happened to the words into `blocks`, and returns the paragraphs that are gone. */
function tell({ old, neu, into }: Pairs, { base, blocks, goneBlocks, headed }: Telling): SectionChange['gone'] {
  const gone: SectionChange['gone'] = []
  let here = { block: headed ? 0 : -1, at: 0 }
  let next = 0
  let deleted = ''
  const settle = (): void => {
    const block = blocks[Math.max(here.block, 0)]
    if (deleted !== '' && block) block.words.push({ kind: 'deleted', at: here.block < 0 ? 0 : here.at, words: deleted })
    deleted = ''
  }
  const pass = (token: Token, kind: 'inserted' | 'restyled' | null): void => {
    const end = token.at + token.text.length
    here = { block: token.block, at: end }
    const { is, words } = blocks[token.block]
    if (kind === null || is === 'fresh' || end === token.at) return
    const last = words.at(-1)
    if (last?.kind === kind && last.to === token.at) last.to = end
    else words.push({ kind, from: token.at, to: end })
  }
  const insertUntil = (end: number): void => {
    settle()
    while (next < end) pass(neu[next++], 'inserted')
  }
  old.forEach((token, i) => {
    const pair = into[i]
    if (pair >= 0) {
      insertUntil(pair)
      pass(neu[next++], token.marks === neu[pair].marks ? null : 'restyled')
    } else if (!goneBlocks.has(token.block)) deleted += token.text === '' ? '¶ ' : token.text
    else if (token.text === '') gone.push({ after: here.block, block: base[token.block] })
  })
  insertUntil(neu.length)
  return gone
}
