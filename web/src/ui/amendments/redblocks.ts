/** A redline told by the server, cut and turned for the place where it is shown. */
import type { RedBlock, Run } from '../../api'

export type RedRun = RedBlock['runs'][number]

/** Words kept on each side of a change when a redline is shown in short. */
const CONTEXT = 28

/** The first changes in at most about `limit` characters, with a few words around them: for cards and lists. */
export function inShort(blocks: readonly RedBlock[], limit = 180): RedRun[] {
  const runs: RedRun[] = []
  let left = limit
  for (const block of blocks) {
    if (left <= 0) break
    if (runs.length > 0) push({ text: ' … ', change: 'kept' })
    const parts = block.runs.map((run) => (block.change === 'inserted' || block.change === 'deleted' ? { ...run, change: block.change } : run))
    parts.forEach((run, i) => {
      if (left <= 0) return
      if (run.change !== 'kept') return push({ ...run, text: cutEnd(run.text, left) })
      const before = parts.slice(0, i).some(({ change }) => change !== 'kept')
      const after = parts.slice(i + 1).some(({ change }) => change !== 'kept')
      push({ ...run, text: aroundChange(run.text, before, after) })
    })
  }
  return runs

  function push(run: RedRun): void {
    if (run.text === '') return
    runs.push(run)
    left -= run.text.length
  }
}

function aroundChange(text: string, before: boolean, after: boolean): string {
  if (text.length <= (before && after ? 2 : 1) * CONTEXT) return text
  const start = before ? cutEnd(text, CONTEXT) : ''
  const end = after ? cutStart(text, CONTEXT) : ''
  return start && end ? `${start.replace(/…$/, '')} … ${end.replace(/^…/, '')}` : start || end
}

/** At the end of a word, where there is one. */
function cutEnd(text: string, length: number): string {
  if (text.length <= length) return text
  const cut = text.slice(0, length).toWellFormed()
  return `${cut.replace(/\s+\S*$/, '') || cut}…`
}

function cutStart(text: string, length: number): string {
  if (text.length <= length) return text
  const cut = text.slice(-length).toWellFormed()
  return `…${cut.replace(/^\S*\s+/, '') || cut}`
}

/** One side of a redline: without the words that came, or without those that went. `null` when the paragraph does not stand there. */
export function sideOf(block: RedBlock, side: 'before' | 'after'): RedRun[] | null {
  const absent = side === 'before' ? 'inserted' : 'deleted'
  return block.change === absent ? null : block.runs.filter(({ change }) => change !== absent)
}

/** As words to read aloud or to put into a sentence. */
export const plainWords = (runs: readonly Pick<Run, 'text'>[]): string => runs.map(({ text }) => text).join('')
