/**
 * What somebody does by pressing something: once, however often they press while it is under way. What came of it is said where they are.
 *
 *     const act = new Act()
 *     <button aria-busy={act.busy} onclick={() => act.does(async () => { await api.resumeRound(…); await ondone() })}>
 *     {#if act.problem}<p class="problem" role="alert">{act.problem}</p>{/if}
 *
 * The page is asked anew within the act, so that a second press meets what the first one has left.
 */
import { ApiError } from '../../api'
import { errorWords } from '../shell/words.svelte'

interface How {
  /** What an error says, where `errorWords` is too general. */
  words?: (error: unknown) => string
  /** Somebody else was first (409, 412): shows what they did. `true`: that says all, and no words are needed. When it fails, why is said. */
  onstale?: (error: ApiError) => Promise<unknown>
}

export class Act {
  busy = $state(false)
  /** Why it was not done, in words; `null` while nothing is known against it. */
  problem = $state<string | null>(null)
  /** The field that the problem is about, as the request spells it. */
  field = $state<string | null>(null)

  constructor(private readonly how: How = {}) {}

  /** Whether it was done: not when it failed, and not when another one is under way. */
  async does(work: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false
    this.busy = true
    this.clear()
    try {
      await work()
      return true
    } catch (error) {
      await this.#say(error)
      return false
    } finally {
      this.busy = false
    }
  }

  /** What the page itself finds at fault, before anything is sent. */
  refuse(words: string, field: string | null = null): void {
    this.problem = words
    this.field = field
  }

  clear(): void {
    this.problem = this.field = null
  }

  async #say(error: unknown): Promise<void> {
    const words = this.how.words ?? errorWords
    let told = error
    if (this.how.onstale && isStale(error)) {
      try {
        if ((await this.how.onstale(error)) === true) return
      } catch (away) {
        told = away
      }
    }
    this.refuse(words(told), fieldOf(told))
  }
}

/** What was to be changed has changed meanwhile. */
export function isStale(error: unknown): error is ApiError {
  return error instanceof ApiError && (error.status === 409 || error.status === 412)
}

/** The field that the server named, as the request spells it. */
export function fieldOf(error: unknown): string | null {
  return error instanceof ApiError && typeof error.details.field === 'string' ? error.details.field : null
}

/** The second half of a double click is no answer to what the first half asked. */
export function onlyFirst(event: MouseEvent): void {
  if (event.detail > 1) event.preventDefault()
}
