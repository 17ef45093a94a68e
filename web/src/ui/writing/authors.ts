/** Who wrote these words, in which component's name, when last: what the "who wrote this" box lists. */
import type { Attribution } from '../../api'
import { authorship, type ActorWords } from '../../history'
import { inLanguage, type Directory } from '../shell/directory'

export interface ListedAuthor {
  /** Empty for words the server has not received yet. */
  name: string
  initials: string
  component: string
  hue: number
  /** When this seat last wrote in the text, by the server's clock; `null` when it has not received it. */
  at: string | null
  /** The first of their words here. */
  excerpt: string
}

const EXCERPT = 90
const NOBODY = { name: '', initials: '…', component: '', hue: 6, at: null }

/** Who wrote most first; words not yet received last. Somebody no longer in the directory keeps the name the server knows. */
export function listedAuthors(words: readonly ActorWords[], told: Attribution, directory: Directory, language: string): ListedAuthor[] {
  const { authors, unknown } = authorship(words, told)
  const listed = authors.map(({ seatId, person, component, passages }) => {
    const holder = directory.get(seatId)
    return {
      name: holder?.name ?? person,
      initials: holder?.initials ?? person.charAt(0),
      component: holder ? inLanguage(holder.component.name, language) : component,
      hue: holder?.component.hue ?? 6,
      at: lastTime(told, seatId),
      excerpt: excerpt(passages),
    }
  })
  return unknown.length > 0 ? [...listed, { ...NOBODY, excerpt: excerpt(unknown) }] : listed
}

function lastTime({ actors, runs }: Attribution, seatId: string): string | null {
  const times = runs.flatMap(({ actor, at }) => (actors[actor]?.seat_id === seatId && at !== null ? [at] : []))
  return times.sort().at(-1) ?? null
}

function excerpt(passages: readonly string[]): string {
  const words = passages.map((passage) => passage.trim()).filter(Boolean).join(' … ')
  return words.length <= EXCERPT ? words : `${words.slice(0, EXCERPT).toWellFormed().trimEnd()}…`
}
