/**
 * Waiting until what was written has arrived at the server, because an act is to build on it. Nobody waits for a line that is
 * down: an act that was put off until it comes back would be done when its person has long thought better of it.
 */
import { ApiError } from '../../api'
import type { SaveState } from '../../sync'

interface Waiting {
  arrived(): void
  failed(why: unknown): void
}

export class Arrival {
  #save: SaveState = { kind: 'opening', unsavedChanges: 0, savedAt: null, code: null }
  readonly #waiting = new Set<Waiting>()

  /** How saving stands now. */
  told(save: SaveState): void {
    this.#save = save
    if (save.unsavedChanges === 0) this.#end((each) => each.arrived())
    else if (save.kind !== 'saving') this.#end((each) => each.failed(away(save)))
  }

  /** Resolves when everything has arrived; rejects as soon as it cannot for now, or with the reason of `signal` when that gives up. */
  wait(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      if (this.#save.unsavedChanges === 0) return resolve()
      if (this.#save.kind !== 'saving') return reject(away(this.#save))
      const waiting = { arrived: resolve, failed: reject }
      this.#waiting.add(waiting)
      signal?.addEventListener('abort', () => {
        this.#waiting.delete(waiting)
        reject(signal.reason)
      })
    })
  }

  /** The page is left. */
  close(): void {
    this.#end((each) => each.failed(away(this.#save)))
  }

  #end(how: (each: Waiting) => void): void {
    const ended = [...this.#waiting]
    this.#waiting.clear()
    ended.forEach(how)
  }
}

/** A refusal has its own words; all else is a line that is down. */
function away({ kind, code }: SaveState): ApiError {
  return new ApiError(0, kind === 'refused' && code !== null ? code : 'network_unreachable', 'the words of the proposal have not arrived', null)
}
