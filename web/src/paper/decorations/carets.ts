/**
 * Other people's carets: a thin line in the colour of their component (`.caret.k1` … `.k8`), with their name and
 * component for two seconds after it moves and while the pointer is over it (`.named`), on the side that has room (`.late`). Their selection is a pale ground (`.caret-range`).
 *
 * The line is an empty element: the label is drawn from `data-name` and `data-component` by the style sheet, so that it is never part of the words, and it is
 * hidden from assistive technology, which would otherwise meet a stranger's name in the middle of a sentence.
 */
import { Plugin, PluginKey, type EditorState, type Transaction } from 'prosemirror-state'
import { Decoration, DecorationSet } from 'prosemirror-view'
import type { RemoteCaret } from '../face'

export interface PlacedCaret {
  who: RemoteCaret
  /** ProseMirror positions. */
  head: number
  anchor: number
}

interface Carets {
  placed: PlacedCaret[]
  decorations: DecorationSet
}

const NAMED_MS = 2_000
const key = new PluginKey<Carets>('carets')

export function carets(): Plugin<Carets> {
  const elements = new Map<string, CaretElement>()
  return new Plugin<Carets>({
    key,
    state: {
      init: () => ({ placed: [], decorations: DecorationSet.empty }),
      apply: (tr, was) => {
        const placed = tr.getMeta(key) as PlacedCaret[] | undefined
        if (placed) {
          forgetGone(elements, placed)
          return { placed, decorations: DecorationSet.create(tr.doc, placed.flatMap((one) => decorate(one, elements))) }
        }
        if (!tr.docChanged) return was
        const moved = was.placed.map(({ who, head, anchor }) => ({ who, head: tr.mapping.map(head), anchor: tr.mapping.map(anchor) }))
        return { placed: moved, decorations: was.decorations.map(tr.mapping, tr.doc) }
      },
    },
    props: { decorations: (state) => key.getState(state)?.decorations },
    view: () => ({ destroy: () => elements.forEach((element) => element.stop()) }),
  })
}

export const placedCarets = (state: EditorState): PlacedCaret[] => key.getState(state)?.placed ?? []

/** Null when there are none, and were none. */
export function withCarets(state: EditorState, placed: PlacedCaret[]): Transaction | null {
  if (placedCarets(state).length === 0 && placed.length === 0) return null
  return state.tr.setMeta(key, placed).setMeta('addToHistory', false)
}

function decorate({ who, head, anchor }: PlacedCaret, elements: Map<string, CaretElement>): Decoration[] {
  let element = elements.get(who.connection)
  if (!element) elements.set(who.connection, (element = new CaretElement()))
  element.show(who)
  const line = Decoration.widget(head, element.dom, { key: who.connection, side: 1, ignoreSelection: true, stopEvent: () => true })
  const [from, to] = [Math.min(head, anchor), Math.max(head, anchor)]
  return from === to ? [line] : [line, Decoration.inline(from, to, { class: `caret-range ${colour(who)}` })]
}

function forgetGone(elements: Map<string, CaretElement>, placed: PlacedCaret[]): void {
  const here = new Set(placed.map(({ who }) => who.connection))
  for (const [connection, element] of elements) {
    if (here.has(connection)) continue
    element.stop()
    elements.delete(connection)
  }
}

const COLOURS = ['k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7', 'k8']
const colour = ({ hue }: RemoteCaret): string => COLOURS[Math.min(8, Math.max(1, Math.trunc(hue))) - 1]

/** One person's line; it moves from place to place and is never rebuilt, so that its name does not flicker. */
class CaretElement {
  readonly dom = document.createElement('span')
  private timer: ReturnType<typeof setTimeout> | undefined
  private place: string | null = null

  constructor() {
    this.dom.setAttribute('aria-hidden', 'true')
    this.dom.contentEditable = 'false'
  }

  show(who: RemoteCaret): void {
    const moves = this.place !== who.caret
    // ProseMirror has put a class of its own there, so classes come and go one by one.
    this.dom.classList.remove(...COLOURS)
    this.dom.classList.add('caret', colour(who))
    this.dom.dataset.name = who.name
    this.dom.dataset.component = who.component
    this.place = who.caret
    if (moves) this.nameForAMoment()
  }

  stop(): void {
    clearTimeout(this.timer)
  }

  private nameForAMoment(): void {
    clearTimeout(this.timer)
    this.dom.classList.add('named')
    // It stands in its new place once that is painted.
    requestAnimationFrame(() => this.turnLabel())
    this.timer = setTimeout(() => this.dom.classList.remove('named'), NAMED_MS)
  }
  /** In the second half of a line the label opens towards the first. */
  private turnLabel(): void {
    const text = this.dom.parentElement?.closest('.text')
    if (!text) return
    const { left, width } = text.getBoundingClientRect()
    const fraction = (this.dom.getBoundingClientRect().left - left) / width
    const rightToLeft = getComputedStyle(text).direction === 'rtl'
    this.dom.classList.toggle('late', rightToLeft ? fraction < 0.5 : fraction > 0.5)
  }
}
