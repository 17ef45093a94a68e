/** Amendments beside the text: which stand at which height, and which have lost their paragraph. */
import type { Amendment } from '../../api'
import { isAnswered, isWaiting } from './states'

export interface Beside {
  /** In the order of the text; `top` in pixels from its start. */
  placed: { amendment: Amendment; top: number }[]
  /** None of their paragraphs is left. */
  homeless: Amendment[]
}

/** `tops` is empty until the editor has told where paragraphs stand: then nothing is shown yet. */
export function beside(all: readonly Amendment[], tops: ReadonlyMap<string, number>, state: 'open' | 'resolved'): Beside {
  const placed: Beside['placed'] = []
  const homeless: Amendment[] = []
  if (tops.size === 0) return { placed, homeless }
  for (const amendment of all.filter(state === 'open' ? isWaiting : isAnswered)) {
    const top = amendment.paragraphs.map((id) => tops.get(id)).find((found) => found !== undefined)
    if (top === undefined) homeless.push(amendment)
    else placed.push({ amendment, top })
  }
  return { placed: placed.sort((a, b) => a.top - b.top || (a.amendment.number ?? 0) - (b.amendment.number ?? 0)), homeless }
}

export function countBeside(all: readonly Amendment[]): { open: number; resolved: number } {
  return { open: all.filter(isWaiting).length, resolved: all.filter(isAnswered).length }
}
