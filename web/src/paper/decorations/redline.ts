/**
 * What a proposal changes, shown while it is written: new words in `ins`, words that are gone in `del` where they stood, a sign beside
 * paragraphs that came, were split or changed their kind, and paragraphs that are gone between the others.
 *
 * Deleted words are widgets: they can be read and heard, and no caret goes into them. Nothing of this is in the text.
 */
import type { Node, NodeType } from 'prosemirror-model'
import { Plugin, PluginKey, type EditorState, type Transaction } from 'prosemirror-state'
import { Decoration, DecorationSet } from 'prosemirror-view'
import type { ChangeWords } from '../face'
import { noteMarksAt } from '../text/notes'
import { eachBlock } from '../text/places'
import { countChanges, redline as compare, type BlockChange, type Redline } from '../text/redline'
import { nodes as N } from '../text/schema'

interface Shown {
  /** What the text is compared with, and how its changes are called; null: they are not shown. */
  base: { doc: Node; words: ChangeWords } | null
  changes: number | null
  decorations: DecorationSet
}

const key = new PluginKey<Shown>('redline')
const nothing: Shown = { base: null, changes: null, decorations: DecorationSet.empty }

export function redline(): Plugin<Shown> {
  return new Plugin<Shown>({
    key,
    state: {
      init: () => nothing,
      apply: (tr, was) => {
        const told = tr.getMeta(key) as Shown['base'] | undefined
        if (told === undefined && !tr.docChanged) return was
        return showing(told === undefined ? was.base : told, tr.doc)
      },
    },
    props: { decorations: (state) => key.getState(state)?.decorations },
  })
}

/** The transaction that shows what differs from `base`, or with null hides it. */
export function withBase(state: EditorState, base: Shown['base']): Transaction {
  return state.tr.setMeta(key, base).setMeta('addToHistory', false)
}

/** How many places differ from the base; null when nothing is compared. */
export const changesIn = (state: EditorState): number | null => key.getState(state)?.changes ?? null

function showing(base: Shown['base'], doc: Node): Shown {
  if (!base) return nothing
  const found = compare(base.doc, doc)
  return { base, changes: countChanges(found), decorations: DecorationSet.create(doc, decorate(found, doc, base.words)) }
}

function decorate({ blocks, gone }: Redline, doc: Node, words: ChangeWords): Decoration[] {
  const all: Decoration[] = []
  const places: number[] = []
  eachBlock(doc, (node, position) => {
    const change = blocks[places.push(position) - 1]
    const sign = signOf(change, words)
    if (sign) {
      const attributes = { class: change.is === 'fresh' ? 'fresh' : 'altered', 'data-change': sign }
      all.push(Decoration.node(position, position + node.nodeSize, attributes))
    }
    for (const part of change.words) all.push(ofWords(part, position + 1, doc))
  })
  gone.forEach(({ before, block }, nth) => {
    const place = placeOfGone(doc, block, places, before)
    all.push(ofGone(block, place, nth, words.gone, doc.resolve(place).parent.type))
  })
  return all
}

/** A cell that is gone is shown in its row while the row is there; anything else between the blocks, never inside a table. */
function placeOfGone(doc: Node, block: Node, places: readonly number[], before: number): number {
  const next = places[before]
  if (block.type === N.table_cell) {
    if (next !== undefined && doc.resolve(next).parent.type === N.table_row && doc.resolve(next).index() > 0) return next
    const previous = places[before - 1]
    if (previous !== undefined && doc.nodeAt(previous)?.type === N.table_cell) return previous + (doc.nodeAt(previous)?.nodeSize ?? 0)
  }
  if (next === undefined) return doc.content.size
  const $next = doc.resolve(next)
  return $next.depth > 0 ? $next.before(1) : next
}

function signOf({ is, retyped }: BlockChange, words: ChangeWords): string | null {
  return is === 'fresh' ? words.fresh : is === 'split' ? words.split : retyped ? words.retyped : null
}

function ofWords(change: BlockChange['words'][number], start: number, doc: Node): Decoration {
  switch (change.kind) {
    case 'inserted':
      return Decoration.inline(start + change.from, start + change.to, { nodeName: 'ins' })
    case 'restyled':
      return Decoration.inline(start + change.from, start + change.to, { class: 'restyled' })
    case 'deleted':
      return Decoration.widget(start + change.at, () => deletion('del', change.words), {
        key: `del ${change.words}`, side: -1, ignoreSelection: true, marks: noteMarksAt(doc, start + change.at),
      })
  }
}

function ofGone(block: Node, position: number, nth: number, sign: string, inside: NodeType): Decoration {
  const draw = (): HTMLElement => {
    const whole = deletion(inside === N.table_row ? 'td' : 'div', '')
    whole.className = 'gone'
    whole.dataset.change = sign
    whole.append(deletion('del', block.textContent))
    return whole
  }
  return Decoration.widget(position, draw, { key: `gone ${nth} ${block.attrs.id} ${block.textContent}`, side: -1, ignoreSelection: true })
}

function deletion(tag: 'del' | 'div' | 'td', words: string): HTMLElement {
  const element = document.createElement(tag)
  element.contentEditable = 'false'
  element.textContent = words
  return element
}
