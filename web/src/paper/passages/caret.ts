/**
 * Carets that survive everybody's edits: a caret is the element before it, as an Automerge cursor that moves towards the start when that
 * element is deleted. Offsets are UTF-16 units of the text; a block marker counts one.
 */
import * as A from '@automerge/automerge/slim'
import { TEXT_PATH, type PaperDoc } from '../text/automerge'
import { endOfElement } from './anchor'

/** Null at the very start of a text without a first marker: there is no element to hold on to. */
export function cursorAt(doc: PaperDoc, offset: number): string | null {
  return offset < 1 ? null : A.getCursor(doc, TEXT_PATH, offset - 1, 'before')
}

/** Null for a cursor of another history, or one that is no cursor at all: it comes from the network. */
export function offsetOfCursor(doc: PaperDoc, cursor: string): number | null {
  try {
    const index = A.getCursorPosition(doc, TEXT_PATH, cursor)
    return index < doc.text.length ? endOfElement(doc, index) : doc.text.length
  } catch {
    return null
  }
}
