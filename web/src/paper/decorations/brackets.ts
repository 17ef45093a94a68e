/**
 * Brackets: words that carry the mark `bracket:ID` stand between `[` and `]`. The signs are drawn and are no letters of the text: the caret
 * passes them, and nothing of them is copied or saved. Who wants what of the words the page says (`ShownBracket`); a screen reader hears it
 * where the bracket opens. One that nobody stands behind is drawn with
 * broken lines: a bracket of nobody does not look like one.
 *
 * In each paragraph a bracket opens and closes anew. What was found in a paragraph is kept with its node: a keystroke costs one paragraph.
 */
import type { Node } from 'prosemirror-model'
import { Plugin, PluginKey, type EditorState, type Transaction } from 'prosemirror-state'
import { Decoration, DecorationSet } from 'prosemirror-view'
import type { BracketWords, ShownBracket } from '../face'
import { noteMarksAt } from '../text/notes'
import { eachBlock } from '../text/places'
import { marks as M } from '../text/schema'

/** Offsets from the start of a block's words; end excluded. */
export interface Stretch {
  id: string
  from: number
  to: number
}

interface Shown {
  known: ReadonlyMap<string, ShownBracket>
  words: BracketWords
  decorations: DecorationSet
}

const PREFIX = 'bracket:'
const key = new PluginKey<Shown>('brackets')

export function brackets(onClick: (id: string) => void): Plugin<Shown> {
  return new Plugin<Shown>({
    key,
    state: {
      init: (_config, state) => showing(new Map(), { open: '', close: '', stray: '' }, state.doc),
      apply: (tr, was) => {
        const told = tr.getMeta(key) as { known: Shown['known']; words: BracketWords } | undefined
        if (!told && !tr.docChanged) return was
        return showing(told?.known ?? was.known, told?.words ?? was.words, tr.doc)
      },
    },
    props: {
      decorations: (state) => key.getState(state)?.decorations,
      handleClick: (view, _position, event) => {
        const inner = event.target instanceof Element ? event.target.closest('[data-bracket], [data-thread]') : null
        const id = inner?.getAttribute('data-bracket')
        if (id && view.dom.contains(inner)) onClick(id)
        return false
      },
    },
  })
}

/** The transaction that shows these brackets so; null when they are shown so already. */
export function withBrackets(state: EditorState, shown: readonly ShownBracket[], words: BracketWords): Transaction | null {
  const was = key.getState(state)
  const known = new Map(shown.map((one) => [one.id, one]))
  const same = was && JSON.stringify([[...was.known.values()], was.words]) === JSON.stringify([shown, words])
  return same ? null : state.tr.setMeta(key, { known, words }).setMeta('addToHistory', false)
}

/** Where each bracket of the text opens first, in the order of the text. */
export function placesOfBrackets(doc: Node): Map<string, number> {
  const places = new Map<string, number>()
  eachBlock(doc, (node, position) => {
    for (const { id, from } of stretchesOf(node)) if (!places.has(id)) places.set(id, position + 1 + from)
  })
  return places
}

/** The element of each bracket's first sign on screen. */
export function elementsOfBrackets(root: Element): Map<string, Element> {
  const elements = new Map<string, Element>()
  for (const element of root.querySelectorAll('[data-bracket]')) {
    const id = element.getAttribute('data-bracket') ?? ''
    if (!elements.has(id)) elements.set(id, element)
  }
  return elements
}

const memo = new WeakMap<Node, readonly Stretch[]>()

/** The bracketed stretches of one block, in the order in which they open; of two that open together the longer first. */
export function stretchesOf(node: Node): readonly Stretch[] {
  let found = memo.get(node)
  if (!found) memo.set(node, (found = look(node)))
  return found
}

function look(node: Node): readonly Stretch[] {
  const stretches: Stretch[] = []
  node.forEach((child, offset) => {
    for (const { type, attrs } of child.marks) {
      if (type !== M.foreign || !String(attrs.name).startsWith(PREFIX)) continue
      const id = String(attrs.name).slice(PREFIX.length)
      const last = stretches.findLast((one) => one.id === id)
      if (last && last.to === offset) last.to += child.nodeSize
      else stretches.push({ id, from: offset, to: offset + child.nodeSize })
    }
  })
  return stretches.length === 0 ? NONE : stretches.sort((a, b) => a.from - b.from || b.to - a.to)
}

const NONE: readonly Stretch[] = []

function showing(known: Shown['known'], words: BracketWords, doc: Node): Shown {
  const all: Decoration[] = []
  eachBlock(doc, (node, position) => {
    for (const { id, from, to } of stretchesOf(node)) {
      const bracket = known.get(id)
      const look = ['bracket', ...(bracket?.stray ? ['stray'] : []), ...(bracket?.active ? ['on'] : [])].join(' ')
      const heard = bracket?.stray ? words.stray : `${words.open} ${bracket?.label ?? ''}`.trim()
      const [start, end] = [position + 1 + from, position + 1 + to]
      all.push(
        Decoration.widget(start, () => sign('[', heard, look, id), { key: `[ ${id} ${look} ${heard}`, side: -1, ignoreSelection: true, marks: noteMarksAt(doc, start) }),
        Decoration.inline(start, end, { nodeName: 'span', class: look, 'data-bracket': id }),
        Decoration.widget(end, () => sign(']', words.close, look, id), { key: `] ${id} ${look} ${words.close}`, side: -1, ignoreSelection: true, marks: noteMarksAt(doc, end) }),
      )
    }
  })
  return { known, words, decorations: DecorationSet.create(doc, all) }
}

function sign(letter: '[' | ']', heard: string, look: string, id: string): HTMLElement {
  const element = document.createElement('span')
  element.className = `sign ${look}`
  element.contentEditable = 'false'
  element.dataset.bracket = id
  const seen = document.createElement('span')
  seen.ariaHidden = 'true'
  seen.textContent = letter
  const words = document.createElement('span')
  words.className = 'heard'
  words.textContent = ` ${heard} `
  element.append(seen, words)
  return element
}
