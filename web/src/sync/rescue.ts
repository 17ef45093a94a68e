/**
 * The rescue file: what was written here and cannot be saved, in a form that people can read and the service can take back.
 * JSON; `changes` are Automerge changes in base64, in causal order, on top of `base_heads`.
 */
import type { Hash } from './replica'

export interface Rescue {
  seat: string
  text: string
  /** RFC 3339. */
  rescuedAt: string
  /** Why: a code with a message `error-CODE`; `null` when the person simply asked for the file. */
  reason: string | null
  baseHeads: readonly Hash[]
  changes: readonly Uint8Array[]
  /** The words themselves: the passages written here, and the whole text as it stood. */
  written: readonly string[]
  whole: string
}

export function rescueFile(rescue: Rescue): string {
  return JSON.stringify({
    format: 'borrador-rescue/1',
    seat: rescue.seat,
    text: rescue.text,
    rescued_at: rescue.rescuedAt,
    reason: rescue.reason,
    written: rescue.written,
    whole: rescue.whole,
    base_heads: rescue.baseHeads,
    changes: rescue.changes.map(base64),
  }, null, 2)
}

function base64(bytes: Uint8Array): string {
  // By pieces: a long change would be more arguments than a call takes.
  const PIECE = 0x8000
  let binary = ''
  for (let at = 0; at < bytes.length; at += PIECE) binary += String.fromCharCode(...bytes.subarray(at, at + PIECE))
  return btoa(binary)
}
