/** Pictures and citations, as ProseMirror commands. Their bytes and their records are the page's business: here they are ids. */
import { TextSelection, type Command } from 'prosemirror-state'
import { citationsOf } from '../text/notes'
import { blockWithId } from '../text/places'
import { marks as M, nodes as N, schema } from '../text/schema'
import type { PictureWords } from '../face'
import { cellAt, insertBlock } from './tables'

/** A picture behind the block of the caret; the caret goes into its caption. Not in a table. */
export function insertPicture(blob: string, { alt, credit }: PictureWords): Command {
  return (state, dispatch) => !cellAt(state.selection.$head) && insertBlock(state, dispatch, N.image.create({ blob, alt, credit }), 1)
}

/** Says something else of a picture. False when it is not there any more. */
export function describePicture(id: string, { alt, credit }: PictureWords): Command {
  return (state, dispatch) => {
    const found = blockWithId(state.doc, id)
    if (found?.node.type !== N.image) return false
    dispatch?.(state.tr.setNodeAttribute(found.position, 'alt', alt).setNodeAttribute(found.position, 'credit', credit))
    return true
  }
}

/** Makes the selected words a citation of the source; with none selected, types `words` that are one, a space before them where
 * a word ends. The citation the caret is in gets the other source. */
export function cite(source: string, words: string): Command {
  return (state, dispatch) => {
    const { selection } = state
    const { $from, $to, empty } = selection
    if (!(selection instanceof TextSelection) || !$from.parent.isTextblock || !$from.sameParent($to)) return false
    const mark = M.citation.create({ id: source })
    const tr = state.tr
    const around = citationsOf($from.parent).find((one) => $from.parentOffset > one.from && $to.parentOffset < one.to)
    if (around) {
      const [from, to] = [$from.start() + around.from, $from.start() + around.to]
      tr.removeMark(from, to, M.citation.create({ id: around.id })).addMark(from, to, mark)
    } else if (!empty) tr.addMark(selection.from, selection.to, mark)
    else if (words === '') return false
    else {
      const marks = state.storedMarks ?? $from.marks()
      const before = /[\p{L}\p{N}\p{Pe}\p{Pf}.,;:!?]$/u.test($from.nodeBefore?.text ?? '') ? [schema.text(' ', marks)] : []
      tr.insert(selection.from, [...before, schema.text(words, mark.addToSet(marks))])
    }
    dispatch?.(tr.scrollIntoView())
    return true
  }
}
