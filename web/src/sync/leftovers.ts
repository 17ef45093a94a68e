/**
 * What a device still has of a seat's own words although no window shows them: rescue files that were kept when a text was
 * started again, and changes that never reached the server. A seat that has ended cannot send them any more; its person can
 * still take them away.
 */
import { FrameError } from './frames'
import { AutomergeReplica } from './replica'
import { rescueFile } from './rescue'
import type { StoredRescue, TextStore } from './storage'

export interface Leftover extends StoredRescue {
  /** It is still in the text's own store and goes out by itself as soon as the seat may write. */
  unsent: boolean
}

/** `now` is milliseconds of the service's clock. Automerge must be loaded. */
export async function leftovers(seat: string, store: TextStore, now: number): Promise<Leftover[]> {
  const found: Leftover[] = (await store.rescues()).map(rescue => ({ ...rescue, unsent: false }))
  for (const text of await store.texts()) {
    const { chunks, serverHeads } = await store.open(text)
    const replica = opened(seat, chunks)
    if (replica === null) continue
    const base = replica.known(serverHeads)
    const changes = replica.since(base)
    if (changes.length === 0) continue
    const rescuedAt = new Date(now).toISOString()
    const file = rescueFile({ seat, text, rescuedAt, reason: null, baseHeads: base, changes, ...replica.words(base) })
    found.push({ text, at: now, file, unsent: true })
  }
  return found
}

/** `null` when nothing is there, or nothing that can be read: whoever opens the text puts that aside. */
function opened(seat: string, chunks: readonly Uint8Array[]): AutomergeReplica | null {
  const replica = new AutomergeReplica(seat, { onReady: () => {}, onRemote: () => {} })
  try {
    return chunks.length > 0 && replica.open(chunks) ? replica : null
  } catch (error) {
    if (error instanceof FrameError) return null
    throw error
  }
}
