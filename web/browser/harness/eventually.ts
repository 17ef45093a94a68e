/** Looks again and again until what is seen holds; no pause is ever longer than it must be. */

const LOOK_AGAIN_AFTER_MS = 25
const WITHIN_MS = 15_000

/** Resolves with what was seen. Rejects, telling the last thing seen, when it never holds. */
export async function eventually<T>(what: string, look: () => Promise<T>, holds: (seen: T) => boolean): Promise<T> {
  const until = performance.now() + WITHIN_MS
  for (;;) {
    const seen = await look()
    if (holds(seen)) return seen
    if (performance.now() > until) throw new Error(`waited in vain: ${what}. Last seen: ${JSON.stringify(seen, null, 1)}`)
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_AFTER_MS))
  }
}
