/**
 * Title and reason of a draft, saved as they are typed: on this device at once, on the server a moment after the last letter. What
 * colleagues write there appears as long as nothing was typed here.
 */
import type { Amendment } from '../../api'
import { api } from '../shell/session.svelte'
import { Unsent } from '../shell/unsent.svelte'

const SAVE_AFTER_MS = 800

export class Description {
  readonly title: Unsent
  readonly reason: Unsent
  /** What went wrong when it was last saved; `null` when nothing did. */
  problem = $state.raw<unknown>(null)
  #timer: ReturnType<typeof setTimeout> | undefined
  #saving: Promise<void> = Promise.resolve()

  constructor(
    amendment: Amendment,
    private readonly onSaved: (amendment: Amendment) => void,
  ) {
    this.title = new Unsent(`amendment/${amendment.id}/title`, amendment.draft?.title)
    this.reason = new Unsent(`amendment/${amendment.id}/reason`, amendment.draft?.reason)
    this.#id = amendment.id
    if (this.waits) this.typed()
  }
  readonly #id: string

  get waits(): boolean {
    return this.title.waits || this.reason.waits
  }

  typed(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.save(), SAVE_AFTER_MS)
  }

  /** Saves now what waits. Never throws: see `problem`; the words stay on this device. */
  save(): Promise<void> {
    clearTimeout(this.#timer)
    this.#saving = this.#saving.then(() => this.#send())
    return this.#saving
  }

  async #send(): Promise<void> {
    if (!this.waits) return
    const words = { title: this.title.text, reason: this.reason.text }
    try {
      this.onSaved(await api.describe(this.#id, words))
      this.problem = null
    } catch (error) {
      this.problem = error
    }
  }

  /** What the server has now. */
  heard({ draft }: Amendment): void {
    if (!draft) return
    this.title.settle(draft.title)
    this.reason.settle(draft.reason)
  }

  /** The page closes: what waits is sent on its way. */
  close(): void {
    void this.save()
  }
}
