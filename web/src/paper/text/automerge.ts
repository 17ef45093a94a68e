/**
 * The text itself: one Automerge document per chapter and language, `{schema: 1, text}`. This file holds what every other
 * file of `paper` needs to name it, and the one call that must come before any other.
 *
 * Only the `slim` entry is used, so that the page decides when the 800 kB of wasm travel and can stream their compilation.
 */
import * as A from '@automerge/automerge/slim'

export interface PaperText {
  schema: number
  text: string
  [key: string]: unknown
}
export type PaperDoc = A.Doc<PaperText>

/** Where the words are inside the document. */
export const TEXT_PATH: A.Prop[] = ['text']

/**
 * Loads Automerge. `wasm` is a response (or its promise), or the bytes of `automerge.wasm`. Further calls return at once.
 *
 * ```ts
 * import wasmUrl from '@automerge/automerge/automerge.wasm?url'
 * await loadAutomerge(() => fetch(wasmUrl))
 * ```
 */
export async function loadAutomerge(fetchWasm: () => Response | Promise<Response> | Uint8Array | Promise<Uint8Array>): Promise<void> {
  if (A.isWasmInitialized()) return
  // The library takes a response as well, and then streams; its types name only the bytes.
  loading ??= A.initializeWasm(Promise.resolve(fetchWasm()) as Promise<Uint8Array>)
  await loading.catch((error: unknown) => {
    loading = null // so that a page that was offline can try again
    throw error
  })
}
let loading: Promise<void> | null = null
