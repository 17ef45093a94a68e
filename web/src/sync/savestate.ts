/**
 * The state of saving, in the few kinds people are told about. "Saved" is a promise: the server has everything written here
 * on stable storage.
 */

export interface SaveState {
  /**
   * - `opening`: the first answer of the server is awaited. When the text is on this device it can be edited already.
   * - `saved`: the server has committed everything that was written here.
   * - `saving`: something written here is on its way.
   * - `offline`: the server cannot be reached; what is written stays on this device and goes out later.
   * - `refused`: the server refuses what was written here. It is kept, and no longer sent (see `startAgain`).
   * - `unavailable`: the text does not exist, or may not be read with this seat.
   */
  kind: 'opening' | 'saved' | 'saving' | 'offline' | 'refused' | 'unavailable'
  /** Changes on this device that the server has not committed. */
  unsavedChanges: number
  /** When the server last had everything, by the `now` given to `openText`; `null` when that has not happened here yet. */
  savedAt: number | null
  /**
   * Why, as a code with a message `error-CODE`: of the refusal, of the broken connection, or of a passing trouble while
   * saving. `null` when there is nothing to explain.
   */
  code: string | null
}

/** The facts a state is made of. */
export interface SaveFacts {
  line: 'untried' | 'up' | 'down'
  /** The server has answered on this connection. */
  answered: boolean
  empty: boolean
  unavailable: boolean
  refusal: string | null
  /** A passing trouble, such as `storage_failed`. */
  trouble: string | null
  /** Why the line is down. */
  downCode: string | null
  /** What is written is on this device. */
  deviceKeeps: boolean
  unsavedChanges: number
  savedAt: number | null
}

export function saveState(facts: SaveFacts): SaveState {
  const { unsavedChanges, savedAt } = facts
  const state = (kind: SaveState['kind'], code: string | null): SaveState => ({ kind, unsavedChanges, savedAt, code })
  if (facts.unavailable) return state('unavailable', 'not_found')
  if (facts.refusal !== null) return state('refused', facts.refusal)
  if (facts.line === 'untried') return state('opening', facts.trouble)
  // "Offline" promises that the words are kept here; when they are not, people must know before they close the window.
  if (facts.line === 'down') return state('offline', facts.deviceKeeps ? facts.downCode : 'device_keeps_nothing')
  if (!facts.answered) return state(facts.empty || facts.savedAt === null ? 'opening' : 'offline', facts.trouble)
  return state(unsavedChanges > 0 ? 'saving' : 'saved', facts.trouble)
}

export function sameState(a: SaveState, b: SaveState): boolean {
  return a.kind === b.kind && a.unsavedChanges === b.unsavedChanges && a.savedAt === b.savedAt && a.code === b.code
}
