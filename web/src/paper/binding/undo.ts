/**
 * Undo of one's own words only.
 *
 * ProseMirror's history maps its steps over what others did, but undoing "I typed this word" would also take what somebody typed
 * *inside* that word. So after each undo or redo a guard looks at every character and marker it removed: those that another actor wrote are
 * put back, and the whole goes to Automerge as one difference, in which they never moved.
 *
 * What undo cannot do: deleted words come back as new characters (comments on them re-attach by their quotation, not by themselves),
 * and undoing a heading's level overrides a later level somebody else chose.
 */
import type { Node } from 'prosemirror-model'
import { changedWindow, diff, type Diff } from '../text/diff'
import { blocksOfNode, buildDoc, pushRun, type Block, type Marker } from '../text/model'

/**
 * The document after an undo that leaves other people's words alone, or null when it touched none. `isMine(offset)` tells whether the
 * unit at that offset of the text, as it was before, is one's own.
 */
export function keepingOthersWords(before: Node, after: Node, isMine: (offset: number) => boolean): Node | null {
  if (before.eq(after)) return null
  const changes = diff(before, after, null)
  const kept = tokensKept(changes, isMine)
  return kept && buildDoc(blocksWith(kept, before, after), after)
}

interface Token {
  unit: string
  key: string
  marker: Marker | null
}

/** The new tokens of the window with the foreign ones put back; null when there are none. */
function tokensKept({ base, old, new: neu, hunks }: Diff, isMine: (offset: number) => boolean): Token[] | null {
  const kept: Token[] = []
  let foreign = 0
  let next = 0
  const takeNew = (until: number): void => {
    for (; next < until; next++) kept.push({ unit: neu.units[next], key: neu.keys[next], marker: neu.markers[next] })
  }
  for (const hunk of hunks) {
    takeNew(hunk.into)
    for (let i = hunk.from; i < hunk.to; i++) {
      if (isMine(base + i)) continue
      kept.push({ unit: old.units[i], key: old.keys[i], marker: old.markers[i] })
      foreign++
    }
    takeNew(hunk.until)
  }
  takeNew(neu.units.length)
  return foreign > 0 ? kept : null
}

/** The window's tokens as blocks, between the untouched blocks of `after`. */
function blocksWith(tokens: Token[], before: Node, after: Node): Block[] {
  const { start, end } = changedWindow(before, after)
  const blocks = after.children.slice(0, start).flatMap(blocksOfNode)
  let current: Block | null = null
  for (const { unit, key, marker } of tokens) {
    if (marker) blocks.push((current = { marker, key, runs: [] }))
    else {
      if (!current) {
        // Words before the window's first marker belong to the block before it.
        const last = blocks.pop()
        current = last ? { ...last, runs: last.runs.map((run) => ({ ...run })) } : { marker: null, key: '', runs: [] }
        blocks.push(current)
      }
      pushRun(current.runs, unit, key)
    }
  }
  blocks.push(...after.children.slice(after.childCount - end).flatMap(blocksOfNode))
  return blocks
}
