/** Where the selected words are on the screen: what boxes and cards are placed beside. */
import type { Spot } from '../shell/place'

/** In pixels of the window; `null` when nothing on the page is selected and there is no caret. */
export function selectionSpot(): Spot | null {
  const selection = getSelection()
  if (!selection || selection.rangeCount === 0) return null
  const range = selection.getRangeAt(0)
  const box = range.getClientRects()[0] ?? (range.startContainer.parentElement ?? document.body).getBoundingClientRect()
  return { top: box.top, bottom: box.bottom, left: box.left, right: box.right }
}
