/**
 * A text that is read has no caret, so without a mouse nobody could say which words they mean. While it has the focus, the arrow keys
 * choose words in it:
 *
 * | Keys | |
 * |---|---|
 * | Down, Up | the next paragraph, the one before |
 * | Right, Left | the next word, the one before; in a chosen paragraph its first, its last |
 * | Shift and any of them | as far as that, from where one began |
 * | Escape | nothing is chosen |
 *
 * What is chosen is an ordinary selection: one comments on it, copies it or asks who wrote it as if it had been drawn with a mouse.
 */
import type { Node } from 'prosemirror-model'
import { Plugin, TextSelection, type Selection } from 'prosemirror-state'
import type { EditorView } from 'prosemirror-view'

/** Positions in the document; `head` is the end that moves. */
export interface Chosen {
  anchor: number
  head: number
}

/** What is chosen after a key; null when the key means nothing here, or there is nothing further that way. */
export function chooseByKey(doc: Node, { anchor, head }: Chosen, key: string, extend: boolean, rightToLeft = false): Chosen | null {
  const forward = key === 'ArrowDown' || key === (rightToLeft ? 'ArrowLeft' : 'ArrowRight')
  const byWord = key === 'ArrowRight' || key === 'ArrowLeft'
  if (!byWord && key !== 'ArrowDown' && key !== 'ArrowUp') return null
  const paragraphs = paragraphsOf(doc)
  const whole = paragraphs.find(({ from, to }) => from === Math.min(anchor, head) && to === Math.max(anchor, head))
  const pieces = byWord ? paragraphs.flatMap((each) => wordsOf(doc, each)) : paragraphs
  if (extend) {
    const less = forward ? pieces.find(({ from }) => from > head && from < anchor)?.from : pieces.findLast(({ to }) => to < head && to > anchor)?.to
    const further = less ?? (forward ? pieces.find(({ to }) => to > head)?.to : pieces.findLast(({ from }) => from < head)?.from)
    return further === undefined ? null : { anchor, head: further }
  }
  const inside = byWord && whole ? pieces.filter(({ from, to }) => from >= whole.from && to <= whole.to) : []
  const [start, end] = [Math.min(anchor, head), Math.max(anchor, head)]
  // With nothing chosen yet one begins where one is.
  const next = forward
    ? (inside[0] ?? pieces.find(({ from, to }) => (start === end ? to > end : from >= end)))
    : (inside.at(-1) ?? pieces.findLast(({ to }) => to <= start))
  return next ? { anchor: next.from, head: next.to } : null
}

/** The keys above, for as long as the text may not be written in. */
export function reading(): Plugin {
  return new Plugin({
    props: {
      handleDOMEvents: {
        keydown: (view, event) => {
          if (view.editable || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return false
          const { anchor, head, empty } = view.state.selection
          if (event.key === 'Escape' && !empty) {
            choose(view, { anchor: Math.min(anchor, head), head: Math.min(anchor, head) })
          } else {
            const rightToLeft = getComputedStyle(view.dom).direction === 'rtl'
            const chosen = chooseByKey(view.state.doc, { anchor, head }, event.key, event.shiftKey, rightToLeft)
            if (!chosen) return false
            choose(view, chosen)
          }
          event.preventDefault()
          return true
        },
      },
    },
  })
}

function choose(view: EditorView, { anchor, head }: Chosen): void {
  const { doc, tr } = view.state
  const selection: Selection = TextSelection.create(doc, anchor, head)
  view.dispatch(tr.setSelection(selection))
  const [from, to] = [view.domAtPos(anchor), view.domAtPos(head)]
  getSelection()?.setBaseAndExtent(from.node, from.offset, to.node, to.offset)
  const place = to.node instanceof Element ? to.node : to.node.parentElement
  place?.scrollIntoView({ block: 'nearest' })
}

interface Piece {
  from: number
  to: number
}

/** The blocks that hold words. */
function paragraphsOf(doc: Node): Piece[] {
  const pieces: Piece[] = []
  doc.descendants((node, position) => {
    if (node.isTextblock && node.content.size > 0) pieces.push({ from: position + 1, to: position + 1 + node.content.size })
    return !node.isTextblock
  })
  return pieces
}

function wordsOf(doc: Node, { from, to }: Piece): Piece[] {
  const words = new Intl.Segmenter(undefined, { granularity: 'word' }).segment(doc.textBetween(from, to, '\n', '\ufffc'))
  return [...words].filter(({ isWordLike }) => isWordLike).map(({ index, segment }) => ({ from: from + index, to: from + index + segment.length }))
}
