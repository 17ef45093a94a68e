/**
 * Who wrote a passage. The editor names the Automerge actors of its words; the server knows which seat, and so which
 * person and component, each actor was.
 */
import type { Attribution } from '../api'

/** Words of one actor, in the order of the text. */
export interface ActorWords {
  actor: string
  text: string
}

export interface Author {
  seatId: string
  person: string
  /** Code of the component. */
  component: string
  /** The passages, in the order of the text. */
  passages: string[]
  /** UTF-16 code units of them all. */
  characters: number
}

export interface Authorship {
  /** Who wrote most comes first. */
  authors: Author[]
  /** Words the server cannot attribute yet: written a moment ago, or not saved. */
  unknown: string[]
}

export function authorship(words: readonly ActorWords[], attribution: Pick<Attribution, 'actors'>): Authorship {
  const authors = new Map<string, Author>()
  const unknown: string[] = []
  for (const { actor, text } of words) {
    const known = attribution.actors[actor]
    if (known === undefined) {
      unknown.push(text)
      continue
    }
    const { seat_id: seatId, person, component } = known
    const author = authors.get(seatId) ?? { seatId, person, component, passages: [], characters: 0 }
    author.passages.push(text)
    author.characters += text.length
    authors.set(seatId, author)
  }
  return { authors: [...authors.values()].sort((a, b) => b.characters - a.characters), unknown }
}
