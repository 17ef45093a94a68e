/**
 * What a page shows of what the server knows: asked for when the page opens, and anew after hints and acts. A look that fails leaves
 * what is shown, with whatever is being typed there, and says so.
 *
 *     const sight = new Sight(() => api.silences(slug))
 *     {#if sight.seen}…{:else if sight.away}<Problem error={sight.away} retry={sight.again} />{/if}
 */
import { Asking } from './asking'

export class Sight<T> {
  /** `null` until the first answer. */
  seen = $state.raw<T | null>(null)
  /** Why the last look failed; `null` when it did not. */
  away = $state.raw<unknown>(null)
  readonly #asking = new Asking(async () => {
    try {
      this.seen = await this.take()
      this.away = null
    } catch (error) {
      this.away = error
    }
  })

  constructor(private readonly take: () => Promise<T>) {
    void this.again()
  }

  /** After one's own act: resolves when the page is as new as this call. */
  readonly again = (): Promise<void> => this.#asking.now()
  /** After a hint. */
  readonly soon = (): void => this.#asking.soon()

  /** The page is left. */
  close(): void {
    this.#asking.close()
  }
}
