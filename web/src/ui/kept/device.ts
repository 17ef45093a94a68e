/** What this device still has of somebody's own words, for the pages that list it. */
import { serviceNow } from '../../i18n/dates'
import type { Leftover } from '../../sync'
import { wasmUrl } from '../shell/preload'

/** Of these seats, in order. A device without a store, or that never knew a seat, has nothing of it. */
export async function onThisDevice(seats: readonly string[]): Promise<Leftover[]> {
  const known = new Set((await indexedDB.databases?.() ?? []).map(({ name }) => name))
  const used = seats.filter((seat) => known.has(`borrador-${seat}`))
  if (used.length === 0) return []
  // Fetched only now: most devices have nothing, and the pages that ask must not wait for the editor's parts.
  const [{ loadAutomerge }, { leftovers, openStore }] = await Promise.all([import('../../paper'), import('../../sync')])
  await loadAutomerge(() => fetch(wasmUrl))
  const found: Leftover[] = []
  for (const seat of used) {
    const store = await openStore(seat)
    try {
      found.push(...(await leftovers(seat, store, serviceNow())))
    } finally {
      store.close()
    }
  }
  return found
}
