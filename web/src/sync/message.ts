/**
 * Automerge sync messages as our side writes them: version 1, no flags, never a Bloom filter: heads
 * alone tell the server what is missing, and filters are what hostile peers abuse.
 */
import * as A from '@automerge/automerge/slim'
import { FrameError } from './frames'
import type { Hash } from './replica'

export interface ServerMessage {
  /** What the server has committed. */
  heads: Hash[]
  /** Changes it asks for by name. */
  need: Hash[]
  /** Changes in causal order; the first may be a whole document. */
  chunks: Uint8Array[]
}

const NO_FILTER = new Uint8Array(0)

/**
 * "I have `known`; send me what follows." An empty `lastSync` makes it the question the server always answers, also when
 * the same text was open before on this connection. Only heads the server is known to have are named: unknown ones would
 * make it send everything.
 */
export function question(known: readonly Hash[]): Uint8Array {
  return encode({ heads: known, lastSync: [], changes: [] })
}

/** "Here are changes", or with none, "I have taken in what you sent". `lastSync` is what the server is known to have. */
export function statement(heads: readonly Hash[], lastSync: readonly Hash[], changes: readonly Uint8Array[]): Uint8Array {
  return encode({ heads, lastSync, changes })
}

/** Throws [[FrameError]]. */
export function readMessage(data: Uint8Array): ServerMessage {
  try {
    const { heads, need, changes } = A.decodeSyncMessage(data)
    return { heads, need, chunks: changes }
  } catch (cause) {
    throw new FrameError(`not a sync message: ${String(cause)}`, { cause })
  }
}

function encode(message: { heads: readonly Hash[]; lastSync: readonly Hash[]; changes: readonly Uint8Array[] }): Uint8Array {
  return A.encodeSyncMessage({
    heads: [...message.heads],
    need: [],
    have: [{ lastSync: [...message.lastSync], bloom: NO_FILTER }],
    changes: [...message.changes],
  })
}
