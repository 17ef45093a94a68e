/**
 * A form over something that others may change too. What is typed is kept on this device together with what it was typed upon. When
 * somebody else was first, what only they changed comes into the form, what only the person changed stays, and where both did, the
 * person's stays and `contested` names it, so that the other's can be shown. Nothing typed has to be typed again.
 *
 *     const editing = new Editing(keptUnderThisHat(`plan/${round.id}`, isDraft), planFrom(round), round.version)
 *     <input bind:value={editing.form.name} />      oninput: editing.keep()
 */
import type { Kept } from '../parts/kept'

export interface Draft<T> {
  form: T
  upon: T
  version: number
}

export class Editing<T extends object> {
  form = $state() as T
  /** Fields that both have changed, and differently. */
  contested = $state.raw<readonly (keyof T)[]>([])
  /** Somebody else was first, and the form has what they changed. */
  merged = $state(false)
  /** As the server has it. */
  now: T
  version: number
  #upon: T

  constructor(private readonly kept: Kept<Draft<T>>, now: T, version: number) {
    const before = kept.get()
    this.form = structuredClone(before?.form ?? now)
    this.now = this.#upon = before?.upon ?? now
    this.version = before?.version ?? version
    if (before && before.version !== version) this.rebase(now, version)
  }

  /** After each change by the person. */
  keep(): void {
    const form = $state.snapshot(this.form) as T
    this.kept.set(same(form, this.now) ? null : { form, upon: this.#upon, version: this.version })
  }

  /** The server has this now. */
  rebase(now: T, version: number): void {
    const form = $state.snapshot(this.form) as T
    const fields = Object.keys(now) as (keyof T)[]
    const parts = fields.map((field) => [field, merge(form[field], this.#upon[field], now[field])] as const)
    for (const [field, { words }] of parts) if (!same(words, form[field])) this.form[field] = structuredClone(words) as T[keyof T]
    this.contested = parts.filter(([, part]) => part.contested).map(([field]) => field)
    this.merged = !same(now, this.#upon)
    this.now = this.#upon = now
    this.version = version
    this.keep()
  }

  /** Saved or given up. */
  clear(): void {
    this.kept.set(null)
  }
}

/** For `kept`: does it look like a draft of a form with these fields? */
export function draftOf<T extends object>(fields: readonly (keyof T)[]): (found: unknown) => found is Draft<T> {
  const whole = (form: unknown) => typeof form === 'object' && form !== null && fields.every((field) => field in form)
  return (found): found is Draft<T> => {
    const draft = found as Draft<T> | null
    return typeof draft === 'object' && draft !== null && whole(draft.form) && whole(draft.upon) && typeof draft.version === 'number'
  }
}

/** What comes of two changes of one thing; a table is merged entry by entry. `contested`: both changed the same, and mine stands. */
function merge(mine: unknown, upon: unknown, theirs: unknown): { words: unknown; contested: boolean } {
  if (same(theirs, upon) || same(mine, theirs)) return { words: mine, contested: false }
  if (same(mine, upon)) return { words: theirs, contested: false }
  if (!isTable(mine) || !isTable(upon) || !isTable(theirs)) return { words: mine, contested: true }
  const keys = [...new Set([...Object.keys(theirs), ...Object.keys(mine)])]
  const parts = keys.map((key) => [key, merge(mine[key], upon[key], theirs[key])] as const)
  return { words: Object.fromEntries(parts.map(([key, { words }]) => [key, words])), contested: parts.some(([, part]) => part.contested) }
}

const isTable = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Alike, whatever the order of their fields. */
function same(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  const [left, right] = [a, b] as Record<string, unknown>[]
  return Object.keys(left).length === Object.keys(right).length && Object.keys(left).every((key) => key in right && same(left[key], right[key]))
}
