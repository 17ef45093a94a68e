/** A sealed draft as it is shown: its texts in one language, in the order of the paper, its paragraphs numbered through. */
import type { Block, Milestone, Paper } from '../../api'
import { notesOf } from '../text/notes'

export type SealedText = Milestone['texts'][number]

/** The texts in one language, by chapter number: 2 before 10, 4 before 4.1. */
export function textsIn(milestone: Milestone, language: string): SealedText[] {
  return milestone.texts.filter((text) => text.language === language).sort((a, b) => byNumber(a.number, b.number))
}

/** The number of the first paragraph of each text, when `blocks` are those of the texts in their order. */
export function firstNumbersOf(blocks: readonly (readonly Block[])[]): number[] {
  let next = 1
  return blocks.map((each) => {
    const first = next
    next += each.filter((block) => block.type === 'paragraph' && block.numbered).length
    return first
  })
}

/** The draft that was sealed before this one, if there is one. */
export function draftsBefore({ milestones }: Pick<Paper, 'milestones'>, { id }: Pick<Milestone, 'id'>): Paper['milestones'] {
  const inOrder = [...milestones].sort((a, b) => a.sealed_at.localeCompare(b.sealed_at))
  const at = inOrder.findIndex((each) => each.id === id)
  return at > 0 ? [inOrder[at - 1]!] : []
}

/** The number of the first note of each, likewise. */
export function firstNotesOf(blocks: readonly (readonly Block[])[]): number[] {
  let next = 1
  return blocks.map((each) => {
    const first = next
    next += each.reduce((sum, { runs = [] }) => sum + notesOf(runs).length, 0)
    return first
  })
}

function byNumber(a: string, b: string): number {
  const [left, right] = [a, b].map((number) => number.split('.').map(Number)) as [number[], number[]]
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? -1) - (right[i] ?? -1)
    if (difference !== 0) return difference
  }
  return 0
}
