/** Lists of threads, as values. */
import type { Thread } from '../../api'
import type { ThreadPlace } from '../../paper'

/** The list with `thread` in it: at its place when it was known, at the end when it is new. An older version than the known one changes nothing. */
export function merged(threads: readonly Thread[], thread: Thread): readonly Thread[] {
  const known = threads.find((each) => each.id === thread.id)
  if (!known) return [...threads, thread]
  if (known.version > thread.version) return threads
  return threads.map((each) => (each.id === thread.id ? thread : each))
}

export interface Arranged {
  /** On words that are there, in the order of the text. */
  placed: { thread: Thread; top: number }[]
  /** Whose words are gone, oldest first. */
  detached: Thread[]
}

/** The threads of one state, those on the text apart from those whose words are gone. One without a known place yet is left out. */
export function arranged(threads: readonly Thread[], state: Thread['state'], places: ReadonlyMap<string, ThreadPlace>): Arranged {
  const wanted = threads.filter((thread) => thread.state === state)
  const placed = wanted.flatMap((thread) => {
    const place = places.get(thread.id)
    return place && !place.detached ? [{ thread, top: place.top }] : []
  })
  const detached = wanted.filter((thread) => places.get(thread.id)?.detached)
  return {
    placed: placed.sort((a, b) => a.top - b.top || a.thread.created_at.localeCompare(b.thread.created_at)),
    detached: detached.sort((a, b) => a.created_at.localeCompare(b.created_at)),
  }
}
