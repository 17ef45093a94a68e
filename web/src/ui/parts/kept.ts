/**
 * Words that were typed and not sent, kept on this device until they are sent or given up: through an error, a lost line, a reload, a
 * closed window, another hat, a page that is made anew. Every form keeps them here.
 *
 * They are their owner's: nobody else who uses this browser finds them. Who the owner is, is said in `shell/kept.ts`.
 */

export interface Kept<T> {
  /** What was typed and not sent; `null` when there is nothing. */
  get(): T | null
  /** `null` forgets it. */
  set(words: T | null): void
}

/** What a browser that refuses to keep anything would have kept: it lasts as long as the page is not loaded anew. */
const refused = new Map<string, string>()

/** `name` tells the forms of an owner apart. What does not look right (an older page kept it) is as if nothing had been kept. */
export function kept<T>(owner: string, name: string, looksRight: (found: unknown) => found is T): Kept<T> {
  const key = `borrador/words/${owner}/${name}`
  return {
    get() {
      try {
        const found: unknown = JSON.parse(stored(key) ?? 'null')
        return looksRight(found) ? found : null
      } catch {
        return null // not JSON, so not ours
      }
    },
    set(words) {
      store(key, words === null ? null : JSON.stringify(words))
    },
  }
}

export const isText = (found: unknown): found is string => typeof found === 'string'

function stored(key: string): string | null {
  try {
    return refused.get(key) ?? localStorage.getItem(key)
  } catch {
    return null
  }
}

function store(key: string, words: string | null): void {
  refused.delete(key)
  try {
    if (words === null) localStorage.removeItem(key)
    else localStorage.setItem(key, words)
  } catch {
    // Full or forbidden.
    if (words !== null) refused.set(key, words)
  }
}
