/** Who wrote which words, as the actors of the text know it. Which person and component an actor stands for, the server knows. */
import type { PaperDoc } from '../text/automerge'
import { elements, type TextRange } from './anchor'

export interface AttributedWords {
  /** Automerge actor, in hex. */
  actor: string
  text: string
}

/** Runs of one actor, in the order of the text. `words(index)` is the unit at an offset, or empty for a block marker. */
export function attributionOf(doc: PaperDoc, range: TextRange, words: (start: number, end: number) => string): AttributedWords[] {
  const starts: { actor: string; index: number }[] = []
  for (const { actor, index } of elements(doc, range)) if (starts.at(-1)?.actor !== actor) starts.push({ actor, index })
  return starts
    .map(({ actor, index }, i) => ({ actor, text: words(index, starts[i + 1]?.index ?? range.end) }))
    .filter((run) => run.text !== '')
}
