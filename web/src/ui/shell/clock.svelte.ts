/** The service's clock as pages see it: what reads it is drawn again as time goes by, and nothing ticks while nobody looks. */
import { createSubscriber } from 'svelte/reactivity'
import { serviceNow } from '../../i18n/dates'

/** In milliseconds: what is shown counts minutes. */
const TICK_MS = 15_000

class Clock {
  readonly #follow = createSubscriber((tick) => {
    const ticking = setInterval(tick, TICK_MS)
    return () => clearInterval(ticking)
  })

  /** Milliseconds since 1970. */
  get now(): number {
    this.#follow()
    return serviceNow()
  }
}

export const clock = new Clock()
