/**
 * What this browser remembers between visits: the language, the look, the hat. A browser that refuses to remember
 * (private windows, blocked storage) simply starts from the defaults each time.
 */

export interface Remembered {
  get(): string | null
  set(value: string | null): void
}

export const remembered = {
  language: slot('language'),
  appearance: slot('appearance'),
  /** The seat a person wore last. */
  seat: (personId: string) => slot(`seat/${personId}`),
}

function slot(name: string): Remembered {
  const key = `borrador/${name}`
  return {
    get() {
      try {
        return localStorage.getItem(key)
      } catch {
        return null
      }
    },
    set(value) {
      try {
        if (value === null) localStorage.removeItem(key)
        else localStorage.setItem(key, value)
      } catch {
        // Storage is full or forbidden: the choice lasts until the page closes.
      }
    },
  }
}
