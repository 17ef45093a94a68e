/**
 * Whose kept words are. What somebody says to others is theirs under whichever hat they say it; what is written in the name of a body
 * (a decision, a position, an answer) is found under the hat it was written with, and under no other.
 */
import { kept, type Kept } from '../parts/kept'
import { session } from './session.svelte'

export function keptByMe<T>(name: string, looksRight: (found: unknown) => found is T): Kept<T> {
  return kept(`${session.me?.person.id}`, name, looksRight)
}

export function keptUnderThisHat<T>(name: string, looksRight: (found: unknown) => found is T): Kept<T> {
  return kept(`${session.me?.person.id}/${session.seat?.id}`, name, looksRight)
}
