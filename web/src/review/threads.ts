/**
 * Threads as the margin and the lists show them. A thread is *detached* when none of its words are left in the text: that is
 * for the editor to say (`places`), not for the server.
 */
import type { Thread } from '../api'

/** Where the editor finds a thread's words: pixels from the top of the text. */
export interface ThreadPlace {
  top: number
  detached: boolean
  /** The block that holds the first of the words; `null` when detached. */
  paragraph: string | null
}

export interface ThreadGroups {
  /** In the order of the text. */
  attached: { thread: Thread; place: ThreadPlace }[]
  /** Words gone: the oldest first. */
  detached: Thread[]
}

/** The threads of one state, sorted for the margin. One whose place is not known yet is left out until it is. */
export function groupThreads(
  threads: readonly Thread[],
  places: ReadonlyMap<string, ThreadPlace>,
  state: Thread['state'],
): ThreadGroups {
  const shown = threads.filter(thread => thread.state === state)
  const attached = shown.flatMap(thread => {
    const place = places.get(thread.id)
    return place === undefined || place.detached ? [] : [{ thread, place }]
  })
  const detached = shown.filter(thread => places.get(thread.id)?.detached === true)
  return {
    attached: attached.sort((a, b) => a.place.top - b.place.top || older(a.thread, b.thread)),
    detached: detached.sort(older),
  }
}

/** For tabs and outlines: how many there are of each. */
export function countThreads(threads: readonly Thread[]): Record<Thread['state'], number> {
  const open = threads.filter(({ state }) => state === 'open').length
  return { open, resolved: threads.length - open }
}

/** The list with one thread put in: new, or in place of its older version. A version older than the known one changes nothing. */
export function withThread(threads: readonly Thread[], thread: Thread): Thread[] {
  const known = threads.find(({ id }) => id === thread.id)
  if (known === undefined) return [...threads, thread]
  return threads.map(other => (other.id === thread.id && thread.version >= other.version ? thread : other))
}

function older(a: Thread, b: Thread): number {
  return Date.parse(a.created_at) - Date.parse(b.created_at) || (a.id < b.id ? -1 : 1)
}
