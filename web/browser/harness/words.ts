/** Functions that run inside the page: where words stand, and how a caret gets there. They may use nothing from outside themselves. */

export type Edge = 'before' | 'after' | 'around'

/** Focuses `text` and puts the caret beside these words, or selects them. Throws unless they stand in one of its blocks. */
export function caretAt(text: HTMLElement | SVGElement, { edge, words }: { edge: Edge; words: string }): void {
  const block = [...text.children].find((each) => each.textContent?.includes(words))
  if (!block) throw new Error(`“${words}” stands in no block of the text`)
  const start = block.textContent?.indexOf(words) ?? 0
  const place = (offset: number): [Node, number] => {
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT)
    let before = 0
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const length = node.textContent?.length ?? 0
      if (offset <= before + length) return [node, offset - before]
      before += length
    }
    return [block, block.childNodes.length]
  }
  const [from, to] = [place(start), place(start + words.length)]
  text.focus({ preventScroll: true })
  const [anchor, head] = edge === 'before' ? [from, from] : edge === 'after' ? [to, to] : [from, to]
  getSelection()?.setBaseAndExtent(...anchor, ...head)
  block.scrollIntoView({ block: 'center' })
}

/** Where in the window these words begin and end, after they have been brought into view. */
export function edgesOf(text: HTMLElement | SVGElement, words: string): { from: { x: number; y: number }; to: { x: number; y: number } } {
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const start = node.textContent?.indexOf(words) ?? -1
    if (start < 0) continue
    node.parentElement?.scrollIntoView({ block: 'center' })
    const range = document.createRange()
    range.setStart(node, start)
    range.setEnd(node, start + words.length)
    const boxes = range.getClientRects()
    const [first, last] = [boxes[0], boxes[boxes.length - 1]]
    return { from: { x: first.left, y: first.top + first.height / 2 }, to: { x: last.right, y: last.top + last.height / 2 } }
  }
  throw new Error(`“${words}” stands nowhere in one piece`)
}

export function selectedWords(): string {
  return getSelection()?.toString() ?? ''
}
