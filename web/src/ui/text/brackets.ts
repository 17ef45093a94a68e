/** Where `[` and `]` stand among the runs of a block: words that are not agreed. */
import type { Run } from '../../api'

const PREFIX = 'bracket:'

/** What stands before each run, and behind the last one: closing signs, then opening ones. Empty where nothing does. */
export function signsOf(runs: readonly Run[]): string[] {
  let open = new Set<string>()
  const signs = runs.map(({ marks = {} }) => {
    const here = new Set(Object.keys(marks).filter((name) => name.startsWith(PREFIX)))
    const closing = [...open].filter((name) => !here.has(name)).length
    const opening = [...here].filter((name) => !open.has(name)).length
    open = here
    return ']'.repeat(closing) + '['.repeat(opening)
  })
  return [...signs, ']'.repeat(open.size)]
}
