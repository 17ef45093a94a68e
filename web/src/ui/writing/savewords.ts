/**
 * The state of saving, as people read it and as they hear it. Reading may change with every word typed; hearing must not,
 * so only what matters is spoken: the line is lost, it is back and all is saved, the server refuses.
 */
import type { SaveState } from '../../sync'

export interface Shown {
  /** A message id; `saved` takes the time. */
  message: 'save-opening' | 'save-current' | 'save-saved' | 'save-saved-at' | 'save-saving' | 'save-offline' | 'save-refused' | 'save-unavailable'
  shape: 'full' | 'half' | 'square'
  tone: 'good' | 'act' | 'warn' | 'bad' | 'off'
}

/** `writing`: whether one may write here; who only reads has nothing to save and is told that the text is current. */
export function shown(state: SaveState, writing: boolean): Shown {
  switch (state.kind) {
    case 'opening':
      return { message: 'save-opening', shape: 'half', tone: 'off' }
    case 'saved':
      return { message: !writing ? 'save-current' : state.savedAt === null ? 'save-saved' : 'save-saved-at', shape: 'full', tone: 'good' }
    case 'saving':
      return { message: 'save-saving', shape: 'half', tone: 'act' }
    case 'offline':
      return { message: 'save-offline', shape: 'half', tone: 'warn' }
    case 'refused':
      return { message: 'save-refused', shape: 'square', tone: 'bad' }
    case 'unavailable':
      return { message: 'save-unavailable', shape: 'square', tone: 'bad' }
  }
}

/**
 * What deserves a sentence over the page: that the line is cut, or why, or that saving is in trouble. `null` when all is well,
 * and when something larger (a refusal, a text that is not there) already says it.
 */
export function noticeOf({ kind, code }: SaveState): 'offline' | { code: string } | null {
  if (kind === 'offline') return code === null || code === 'no_answer' ? 'offline' : { code }
  return kind === 'saving' && code !== null ? { code } : null
}

/** What to speak when the state goes from `before` to `after`; `null` for silence. `worried` tells whether a trouble was spoken of and not yet resolved. */
export function spoken(before: SaveState['kind'] | null, after: SaveState['kind'], worried: boolean): Shown['message'] | null {
  if (before === after) return null
  if (after === 'offline') return before === null || before === 'opening' ? null : 'save-offline'
  if (after === 'refused') return 'save-refused'
  if (after === 'unavailable') return 'save-unavailable'
  return after === 'saved' && worried ? 'save-saved' : null
}
