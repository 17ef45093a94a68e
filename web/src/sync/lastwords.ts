/**
 * The words of the last moment. A page that goes away does not live to hear the database answer, and an unfinished write is
 * undone; so what is still on its way then goes into `localStorage`, where writing is done when the call returns. The next
 * opening of the text takes it from there into the database.
 *
 * There is one entry for each text and window: two windows that close at once do not write over each other.
 */
export interface LastWords {
  /** Of the text when they were written (see `storage.ts`). */
  epoch: number
  /** In causal order, one after the other. */
  bytes: Uint8Array
}

export class LastWordsDrawer {
  readonly #window = crypto.randomUUID()

  constructor(private readonly seat: string, private readonly drawer: Storage) {}

  /** Takes the place of what this window put here before. Throws when the browser has no room. */
  put(textId: string, { epoch, bytes }: LastWords): void {
    this.drawer.setItem(this.#prefix(textId) + this.#window, JSON.stringify({ epoch, bytes: toBase64(bytes) }))
  }

  /** What is here of a text, from any window, and how to forget exactly that once it is safe elsewhere. */
  take(textId: string): { words: LastWords[]; forget(): void } {
    const keys = Object.keys(this.drawer).filter((key) => key.startsWith(this.#prefix(textId)))
    const entries = keys.map((key) => [key, this.drawer.getItem(key)] as const)
    return {
      words: entries.flatMap(([, entry]) => (entry === null ? [] : [read(entry)])),
      forget: () => {
        // Another window may have put newer words there meanwhile.
        for (const [key, entry] of entries) if (this.drawer.getItem(key) === entry) this.drawer.removeItem(key)
      },
    }
  }

  #prefix(textId: string): string {
    return `borrador-last-words/${this.seat}/${textId}/`
  }
}

function read(entry: string): LastWords {
  const { epoch, bytes } = JSON.parse(entry) as { epoch: number; bytes: string }
  return { epoch, bytes: Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0)) }
}

function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}
