/** What somebody typed into a form and has not sent: it stays through a reload. Storage that is full or forbidden keeps nothing. */
import type { PlanForm } from './plan'

export interface Kept<T> {
  get(): T | null
  /** `null` forgets it. */
  set(value: T | null): void
}

export function kept<T>(name: string): Kept<T> {
  const key = `borrador/form/${name}`
  return {
    get() {
      try {
        const text = sessionStorage.getItem(key)
        return text === null ? null : (JSON.parse(text) as T)
      } catch {
        return null
      }
    },
    set(value) {
      try {
        if (value === null) sessionStorage.removeItem(key)
        else sessionStorage.setItem(key, JSON.stringify(value))
      } catch {
        // The words stay on the page as long as it is open.
      }
    },
  }
}

export const keptPlan = (paper: string): Kept<PlanForm> => kept(`plan/${paper}`)
