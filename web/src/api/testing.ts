/** What a chapter's rights are in tests that are about something else. */
import type { ChapterRights } from './model'

export function rightsIn(id: string, mayWrite: boolean): ChapterRights {
  return { id, access: mayWrite ? 'write' : 'propose', may_write: mayWrite, may_lock: false, may_give_pens: false, lock: null, lock_version: 0 }
}
