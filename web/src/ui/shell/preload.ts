/**
 * Fetches the editor's large file ahead of time, while people read the door or the start page, so that the first chapter
 * opens at once. Never on a connection where people pay by the byte or asked to save data.
 */
import wasmUrl from '@automerge/automerge/automerge.wasm?url'
import { isMetered } from '../../offline/metered'

export { wasmUrl }

let begun = false

/** Begins to fetch, once per page. A failure costs nothing: the editor will fetch it itself. */
export function preloadEditor(): void {
  if (begun || isMetered()) return
  begun = true
  fetch(wasmUrl, { priority: 'low' })
    .then((response) => response.arrayBuffer())
    .catch(() => {
      begun = false
    })
}
