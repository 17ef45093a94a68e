/**
 * What a proposal changes, shown while it is written: new words in `ins`, words that are gone in `del` where they stood, a sign beside
 * paragraphs that came, were split or changed their kind, and paragraphs that are gone between the others.
 *
 * Deleted words are widgets: they can be read and heard, and no caret goes into them. Nothing of this is in the text.
 */
import type { Node } from 'prosemirror-model'
import { Plugin, PluginKey, type EditorState, type Transaction } from 'prosemirror-state'
import { Decoration, DecorationSet } from 'prosemirror-view'
import type { ChangeWords } from '../face'
import { countChanges, redline as compare, type BlockChange, type Redline } from '../text/redline'

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
  const starts: number[] = []
  doc.forEach((node, position, index) => {
    starts.push(position)
    const change = blocks[index]
    const sign = signOf(change, words)
    if (sign) {
      const attributes = { class: change.is === 'fresh' ? 'fresh' : 'altered', 'data-change': sign }
      all.push(Decoration.node(position, position + node.nodeSize, attributes))
    }
    for (const part of change.words) all.push(ofWords(part, position + 1))
  })
  starts.push(doc.content.size)
  gone.forEach(({ before, block }, nth) => all.push(ofGone(block, starts[before], nth, words.gone)))
  return all
}

function signOf({ is, retyped }: BlockChange, words: ChangeWords): string | null {
  return is === 'fresh' ? words.fresh : is === 'split' ? words.split : retyped ? words.retyped : null
}

function ofWords(change: BlockChange['words'][number], start: number): Decoration {
  switch (change.kind) {
    case 'inserted':
      return Decoration.inline(start + change.from, start + change.to, { nodeName: 'ins' })
    case 'restyled':
      return Decoration.inline(start + change.from, start + change.to, { class: 'restyled' })
    case 'deleted':
      return Decoration.widget(start + change.at, () => deletion('del', change.words), {
        key: `del ${change.words}`, side: -1, ignoreSelection: true, marks: [],
      })
  }
}

function ofGone(block: Node, position: number, nth: number, sign: string): Decoration {
  const draw = (): HTMLElement => {
    const paragraph = deletion('div', '')
    paragraph.className = 'gone'
    paragraph.dataset.change = sign
    paragraph.append(deletion('del', block.textContent))
    return paragraph
  }
  return Decoration.widget(position, draw, { key: `gone ${nth} ${block.attrs.id} ${block.textContent}`, side: -1, ignoreSelection: true })
}

function deletion(tag: 'del' | 'div', words: string): HTMLElement {
  const element = document.createElement(tag)
  element.contentEditable = 'false'
  element.textContent = words
  return element
}
