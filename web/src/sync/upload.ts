/** Cutting an upload into sync messages, and the one limit the browser can check before the server does. */

/** A sync message is closed when the next change would take it over this. A single longer change travels alone. */
export const MESSAGE_BYTES = 512 * 1024

/**
 * The server refuses a longer change, so it is not even sent. Deflated changes are measured as they are: those the server
 * measures again when unpacked, and answers with `change_too_large`.
 */
export const CHANGE_BYTES = 1024 * 1024

/** The changes in their order, cut so that each part stays within [[MESSAGE_BYTES]]. */
export function parts(changes: readonly Uint8Array[]): Uint8Array[][] {
  const result: Uint8Array[][] = []
  let size = Infinity
  for (const change of changes) {
    if (size + change.length > MESSAGE_BYTES) {
      result.push([])
      size = 0
    }
    result.at(-1)!.push(change)
    size += change.length
  }
  return result
}

export function tooLarge(changes: readonly Uint8Array[]): boolean {
  return changes.some(change => change.length > CHANGE_BYTES)
}
