/** Texts for tests, and Automerge made ready for Node. */
import '@automerge/automerge'
import * as A from '@automerge/automerge/slim'
import type { TextDoc } from '../replica'

/** A text as the server seeds it. */
export function seeded(words: string): TextDoc {
  return A.change(A.init<{ schema: number; text: string }>(), { time: 0 }, doc => {
    doc.schema = 1
    doc.text = words
  })
}

/** An independent copy. */
export function replicaDoc(doc: TextDoc): TextDoc {
  return A.load(A.save(doc))
}

/** Puts words in at a UTF-16 offset, and takes some out. Returns the document and the change. */
export function edited(doc: TextDoc, at: number, remove: number, words: string): { doc: TextDoc; change: Uint8Array } {
  const next = A.change(doc, { time: 0 }, draft => A.splice(draft, ['text'], at, remove, words))
  return { doc: next, change: A.getLastLocalChange(next)! }
}
