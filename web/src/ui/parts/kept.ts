/**
 * The words of a form, kept in this window until it was sent or given up: through an error, a lost connection, a reload, another
 * hat. They are one person's: another who signs in to this window does not see them. A browser that refuses to keep anything simply
 * starts from an empty form.
 */

export interface KeptForm<T> {
  /** What was typed and not sent; `null` when there is nothing. */
  get(): T | null
  set(form: T): void
  clear(): void
}

/** `name` tells the forms of a person apart. Words that do not fit `looksRight` (of an older page) are given up. */
export function keptForm<T>(personId: string | undefined, name: string, looksRight: (kept: unknown) => kept is T): KeptForm<T> {
  const key = `borrador/form/${personId ?? 'nobody'}/${name}`
  return {
    get() {
      try {
        const kept: unknown = JSON.parse(sessionStorage.getItem(key) ?? 'null')
        return looksRight(kept) ? kept : null
      } catch {
        return null
      }
    },
    set(form) {
      try {
        sessionStorage.setItem(key, JSON.stringify(form))
      } catch {
        // Storage is full or forbidden: the words last as long as the page.
      }
    },
    clear() {
      try {
        sessionStorage.removeItem(key)
      } catch {
        // As above.
      }
    },
  }
}

export function isText(kept: unknown): kept is string {
  return typeof kept === 'string'
}
