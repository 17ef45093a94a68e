/**
 * Fetches the editor's large file ahead of time, while people read the door or the start page, so that the first chapter
 * opens at once. Never on a connection where people pay by the byte or asked to save data.
 */
import wasmUrl from '@automerge/automerge/automerge.wasm?url'

export { wasmUrl }

interface Connection {
  saveData?: boolean
  effectiveType?: string
  type?: string
}

/** Only a connection that says so is taken for metered: most browsers say nothing. */
export function isMetered(connection: Connection | undefined): boolean {
  if (!connection) return false
  return connection.saveData === true || connection.type === 'cellular' || ['slow-2g', '2g'].includes(connection.effectiveType ?? '')
}

let begun = false

/** Begins to fetch, once per page. A failure costs nothing: the editor will fetch it itself. */
export function preloadEditor(): void {
  if (begun || isMetered((navigator as Navigator & { connection?: Connection }).connection)) return
  begun = true
  fetch(wasmUrl, { priority: 'low' })
    .then((response) => response.arrayBuffer())
    .catch(() => {
      begun = false
    })
}
