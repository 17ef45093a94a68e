/**
 * The numbers of paragraphs and list items: computed, never in the text. Numbered paragraphs count on from the chapters before; an
 * ordered item counts within its run at its depth. They are node decorations: `data-number` on a paragraph, which the style sheet hangs
 * in the margin as generated content (so that assistive technology reads it with the paragraph), and `start` on an ordered item.
 */
import type { Node } from 'prosemirror-model'
import { Plugin, PluginKey, type EditorState, type Transaction } from 'prosemirror-state'
import { Decoration, DecorationSet } from 'prosemirror-view'
import { changedWindow } from '../text/diff'
import { nodes as N } from '../text/schema'

/** What the reader sees before a block: null for none. One entry per top-level node. */
export function numbersOf(doc: Node, firstNumber: number): (number | null)[] {
  let paragraph = firstNumber
  const counters: number[] = [] // of the open ordered runs, by depth
  return doc.children.map((node) => {
    if (node.type === N.ordered || node.type === N.unordered) {
      const depth: number = node.attrs.depth
      // What is deeper ends here; a bullet also ends the ordered run at its own depth.
      counters.length = Math.min(counters.length, node.type === N.ordered ? depth + 1 : depth)
      return node.type === N.ordered ? (counters[depth] = (counters[depth] ?? 0) + 1) : null
    }
    counters.length = 0
    return node.attrs.numbered === true ? paragraph++ : null
  })
}

/** Numbered paragraphs in the text. */
export const countNumbered = (doc: Node): number => doc.children.filter((node) => node.attrs.numbered === true).length

interface Numbers {
  firstNumber: number
  decorations: DecorationSet
}

const key = new PluginKey<Numbers>('numbers')

export function numbers(firstNumber: number): Plugin<Numbers> {
  return new Plugin<Numbers>({
    key,
    state: {
      init: (_, state) => ({ firstNumber, decorations: decorate(state.doc, firstNumber) }),
      apply: (tr, was, before, state) => {
        const first = (tr.getMeta(key) as number | undefined) ?? was.firstNumber
        if (first === was.firstNumber && !mayRenumber(tr, before)) {
          return tr.docChanged ? { firstNumber: first, decorations: was.decorations.map(tr.mapping, tr.doc) } : was
        }
        return { firstNumber: first, decorations: decorate(state.doc, first) }
      },
    },
    props: { decorations: (state) => key.getState(state)?.decorations },
  })
}

export const withFirstNumber = (state: EditorState, firstNumber: number): Transaction => state.tr.setMeta(key, firstNumber)

/** Words typed inside one block, which is nearly every transaction, move no number. */
function mayRenumber(tr: Transaction, before: EditorState): boolean {
  if (!tr.docChanged) return false
  const { start, end } = changedWindow(before.doc, tr.doc)
  const old = before.doc.children.slice(start, before.doc.childCount - end)
  const neu = tr.doc.children.slice(start, tr.doc.childCount - end)
  if (old.length !== 1 || neu.length !== 1) return true
  // A block replaced as a whole has lost its decoration; one whose words changed has kept it.
  return !old[0].hasMarkup(neu[0].type, neu[0].attrs) || tr.mapping.maps.some((map) => coversBlock(map))
}

function coversBlock(map: { forEach(f: (from: number, to: number, into: number, until: number) => void): void }): boolean {
  let wide = false
  map.forEach((from, to, into, until) => (wide ||= to - from > 1 && until - into > 1))
  return wide
}

function decorate(doc: Node, firstNumber: number): DecorationSet {
  const found = numbersOf(doc, firstNumber)
  const decorations: Decoration[] = []
  doc.forEach((node, position, index) => {
    const number = found[index]
    if (number === null) return
    const attribute = node.type === N.ordered ? 'start' : 'data-number'
    decorations.push(Decoration.node(position, position + node.nodeSize, { [attribute]: String(number) }))
  })
  return DecorationSet.create(doc, decorations)
}
