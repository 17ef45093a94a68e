/**
 * The amendments of a paper, or of one text, that this seat may see: fetched, kept fresh by the server's hints, and changed by
 * what one does here. What comes from the server replaces what was known; nothing is shown as done before that.
 */
import type { Amendment } from '../../api'
import { Asking } from '../parts/asking'
import { api } from '../shell/session.svelte'

export class Proposals {
  all = $state.raw<readonly Amendment[]>([])
  /** False until they have been fetched once. */
  known = $state(false)
  problem = $state.raw<unknown>(null)

  constructor(
    private readonly slug: string,
    private readonly text?: string,
  ) {}

  /** Asks the server. While it is being asked, further calls become one more question. Never throws: see `problem`. */
  readonly fetch = (): Promise<void> => this.#asking.now()
  readonly #asking = new Asking(async () => {
    try {
      this.all = await api.amendments(this.slug, this.text)
      this.known = true
      this.problem = null
    } catch (error) {
      this.problem = error
    }
  })

  take(amendment: Amendment): void {
    const known = this.all.some(({ id }) => id === amendment.id)
    this.all = known ? this.all.map((each) => (each.id === amendment.id ? amendment : each)) : [...this.all, amendment]
  }
}
