/**
 * Title and reason of a draft, saved as they are typed: on this device at once, on the server a moment after the last letter. What
 * colleagues write there appears as long as nothing was typed here; when both wrote, nothing is sent until the person has chosen. A
 * server that does not answer is asked again, after 1 s, 2 s … 30 s.
 */
import { ApiError, type Amendment } from '../../api'
import { api } from '../shell/session.svelte'
import { Unsent } from '../shell/unsent.svelte'

const SAVE_AFTER_MS = 800
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000

/** No answer, or one that says that the server is in trouble: another time it may be a better one. */
const passes = (error: unknown) => error instanceof ApiError && (error.status === 0 || error.status >= 500)

export class Description {
  readonly title: Unsent
  readonly reason: Unsent
  /** What went wrong when it was last saved; `null` when nothing did. */
  problem = $state.raw<unknown>(null)
  readonly #id: string
  /** Of what was heard last. */
  #version: number
  #timer: ReturnType<typeof setTimeout> | undefined
  #saving: Promise<void> = Promise.resolve()
  #again: ReturnType<typeof setTimeout> | undefined
  #waitMs = FIRST_WAIT_MS
  #closed = false

  constructor(
    amendment: Amendment,
    private readonly onSaved: (amendment: Amendment) => void,
  ) {
    this.title = new Unsent(`amendment/${amendment.id}/title`, amendment.draft?.title)
    this.reason = new Unsent(`amendment/${amendment.id}/reason`, amendment.draft?.reason)
    this.#id = amendment.id
    this.#version = amendment.version
    if (this.#waits) this.typed()
  }

  /** Somebody else wrote in the same field meanwhile: the person has to choose. */
  get contested(): boolean {
    return this.title.theirs !== null || this.reason.theirs !== null
  }

  get #waits(): boolean {
    return [this.title, this.reason].some((field) => field.waits && field.theirs === null)
  }

  typed(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.save(), SAVE_AFTER_MS)
  }

  /** Saves now what waits and is not contested. Never throws: see `problem`; the words stay on this device. */
  save(): Promise<void> {
    clearTimeout(this.#timer)
    clearTimeout(this.#again)
    this.#saving = this.#saving.then(() => this.#send())
    return this.#saving
  }

  async #send(): Promise<void> {
    try {
      for (let tries = 0; this.#waits && tries < 5; tries += 1) if (await this.#sendUponWhatIsKnown()) break
      this.problem = null
      this.#waitMs = FIRST_WAIT_MS
    } catch (error) {
      this.problem = error
      if (passes(error)) this.#sendLater()
    }
  }

  #sendLater(): void {
    if (this.#closed) return
    clearTimeout(this.#again)
    this.#again = setTimeout(() => void this.save(), this.#waitMs)
    this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS)
  }

  /** False when the draft had changed meanwhile: what it is now has been heard, and perhaps all is well with these words still. */
  async #sendUponWhatIsKnown(): Promise<boolean> {
    const words = { title: this.title.theirs ?? this.title.sending(), reason: this.reason.theirs ?? this.reason.sending() }
    try {
      this.onSaved(await api.describe({ id: this.#id, version: this.#version }, words))
      return true
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 'stale_version')) throw error
      this.onSaved(await api.amendment(this.#id))
      return false
    }
  }

  /** What the server has now. An answer that is older than the last one changes nothing. */
  heard({ draft, version }: Amendment): void {
    if (!draft || version < this.#version) return
    this.#version = version
    this.title.heard(draft.title)
    this.reason.heard(draft.reason)
  }

  /** The page closes: what waits is sent on its way. */
  close(): void {
    this.#closed = true
    void this.save()
  }
}
