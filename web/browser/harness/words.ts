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

export function selectedWords(): string {
  return getSelection()?.toString() ?? ''
}
