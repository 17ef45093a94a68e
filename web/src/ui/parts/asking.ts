/**
 * Asking the server anew because something changed. However many hints come, one question is under way at a time; a hint that comes
 * meanwhile makes one more, so the last answer is newer than the last hint and an older one never replaces it. Between two questions
 * that hints bring, there is a rest: in the last hour of a round hints come by the dozen.
 *
 *     const asking = new Asking(async () => { sight = await look() })
 *     await asking.now()       // one's own act: what follows waits for the page
 *     asking.soon()            // a hint
 */

/** In milliseconds. */
const REST_MS = 400

export class Asking {
  #under: Promise<void> | null = null
  #again = false
  #resting: ReturnType<typeof setTimeout> | null = null
  #hinted = false
  #closed = false

  /** `ask` deals with its own errors. */
  constructor(private readonly ask: () => Promise<void>) {}

  /** Asks at once, or as soon as the question under way has been answered. Resolves when the page is as new as this call. */
  now(): Promise<void> {
    this.#hinted = false
    // A page that is left has no names any more to ask for.
    if (this.#closed) return Promise.resolve()
    if (this.#under) this.#again = true
    else this.#under = this.#untilFresh()
    return this.#under
  }

  /** Asks soon: at once after a time of quiet. */
  soon(): void {
    if (this.#closed) return
    if (this.#under || this.#resting) this.#hinted = true
    else void this.now()
  }

  /** The page is left: hints change nothing any more. */
  close(): void {
    this.#closed = true
    this.#hinted = false
    if (this.#resting) clearTimeout(this.#resting)
  }

  async #untilFresh(): Promise<void> {
    try {
      do {
        this.#again = false
        await this.ask()
      } while (this.#again && !this.#closed)
    } finally {
      this.#under = null
      this.#rest()
    }
  }

  #rest(): void {
    if (this.#resting) clearTimeout(this.#resting)
    this.#resting = this.#closed ? null : setTimeout(() => {
      this.#resting = null
      if (this.#hinted) void this.now()
    }, REST_MS)
  }
}
