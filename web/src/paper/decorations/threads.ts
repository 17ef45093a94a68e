/**
 * Comments in the text: the words they are about are underlined, `.anno`, with `.on` for the open card and `.done` for a settled thread.
 *
 * This file knows places on screen; which words an anchor means, `passages/anchor.ts` finds out, and the editor brings both together
 * (`withPlaces`) whenever the text has changed in a way that decorations cannot follow by themselves.
 */
import { Plugin, PluginKey, TextSelection, type EditorState, type Transaction } from 'prosemirror-state'
import { Decoration, DecorationSet } from 'prosemirror-view'
import type { ShownThread } from '../face'

export interface PlacedThread {
  thread: ShownThread
  /** ProseMirror positions; null when the thread is detached. */
  place: { from: number; to: number } | null
}

interface Threads {
  placed: PlacedThread[]
  decorations: DecorationSet
}

const key = new PluginKey<Threads>('threads')
const none: Threads = { placed: [], decorations: DecorationSet.empty }

export function threads(onClick: (id: string) => void): Plugin<Threads> {
  return new Plugin<Threads>({
    key,
    state: {
      init: () => none,
      apply: (tr, was) => {
        const placed = tr.getMeta(key) as PlacedThread[] | undefined
        if (placed) return { placed, decorations: DecorationSet.create(tr.doc, placed.flatMap(decorate)) }
        if (!tr.docChanged) return was
        return { placed: was.placed.map((one) => moved(one, tr)), decorations: was.decorations.map(tr.mapping, tr.doc) }
      },
    },
    props: {
      decorations: (state) => key.getState(state)?.decorations,
      handleClick: (view, position, event) => {
        const words = event.target instanceof Element ? event.target.closest('[data-thread]') : null
        if (!words || !view.dom.contains(words)) return false
        // The caret goes there all the same, and now: the words are drawn anew below, and a tap's own selection may come only after that.
        if (view.editable) view.dispatch(view.state.tr.setSelection(TextSelection.near(view.state.doc.resolve(position))))
        onClick(words.getAttribute('data-thread') ?? '')
        return false
      },
    },
  })
}

export const placedThreads = (state: EditorState): PlacedThread[] => key.getState(state)?.placed ?? []

/** Null when every thread is shown so already. */
export function withPlaces(state: EditorState, placed: PlacedThread[]): Transaction | null {
  const shown = placedThreads(state)
  const same = shown.length === placed.length && shown.every((one, i) => isSame(one, placed[i]))
  return same ? null : state.tr.setMeta(key, placed).setMeta('addToHistory', false)
}

/** The element of each thread's first words on screen. */
export function elementsOfThreads(root: Element): Map<string, Element> {
  const elements = new Map<string, Element>()
  for (const element of root.querySelectorAll('[data-thread]')) {
    const id = element.getAttribute('data-thread') ?? ''
    if (!elements.has(id)) elements.set(id, element)
  }
  return elements
}

function decorate({ thread, place }: PlacedThread): Decoration[] {
  if (!place || place.to <= place.from) return []
  const look = ['anno', ...(thread.active ? ['on'] : []), ...(thread.state === 'resolved' ? ['done'] : [])].join(' ')
  // A node name of its own: overlapping threads would otherwise share one element, and only one of them its id.
  return [Decoration.inline(place.from, place.to, { nodeName: 'span', class: look, 'data-thread': thread.id })]
}

function moved({ thread, place }: PlacedThread, tr: Transaction): PlacedThread {
  return { thread, place: place && { from: tr.mapping.map(place.from, 1), to: tr.mapping.map(place.to, -1) } }
}

function isSame(a: PlacedThread, b: PlacedThread): boolean {
  return (
    a.thread.id === b.thread.id &&
    a.thread.active === b.thread.active &&
    a.thread.state === b.thread.state &&
    a.place?.from === b.place?.from &&
    a.place?.to === b.place?.to
  )
}
