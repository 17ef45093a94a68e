/** What the page asks of the browser's window: where the selected words are, and how wide there is room. */
import type { Spot } from '../shell/place'

/** Where the selected words begin, in pixels of the window; `null` when nothing on the page is selected and there is no caret. */
export function selectionSpot(): Spot | null {
  const selection = getSelection()
  if (!selection || selection.rangeCount === 0) return null
  const range = selection.getRangeAt(0)
  const box = range.getClientRects()[0] ?? (range.startContainer.parentElement ?? document.body).getBoundingClientRect()
  return { top: box.top, bottom: box.bottom, left: box.left, right: box.right }
}

/** Tells whether a media query holds, now and whenever that changes, until the returned function is called. */
export function watchWidth(media: string, tell: (matches: boolean) => void): () => void {
  const query = matchMedia(media)
  const change = () => tell(query.matches)
  change()
  query.addEventListener('change', change)
  return () => query.removeEventListener('change', change)
}
