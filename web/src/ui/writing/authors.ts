/** From runs of words by Automerge actor to people: who wrote these words, in which component's name, when last. */
import type { Attribution } from '../../api'
import type { AttributedWords } from '../../paper'
import { inLanguage, type Directory } from '../shell/directory'

export interface Author {
  /** Empty when the server does not know who an actor stands for. */
  name: string
  initials: string
  component: string
  hue: number
  /** When this seat last wrote in the text, by the server's clock; `null` while the server has not received it. */
  at: string | null
  /** The first of their words here. */
  excerpt: string
  /** UTF-16 code units of theirs here. */
  length: number
}

const EXCERPT = 90

/** One entry for each seat, whoever wrote most first. A seat may have written in many sessions, each under its own actor. */
export function authors(runs: readonly AttributedWords[], told: Attribution, directory: Directory, language: string): Author[] {
  const bySeat = new Map<string, Author>()
  for (const { actor, text } of runs) {
    const known = told.actors[actor]
    const seat = known?.seat_id ?? ''
    const holder = directory.get(seat)
    const before = bySeat.get(seat)
    const at = lastOf(told, actor)
    bySeat.set(seat, {
      name: holder?.name ?? known?.person ?? '',
      initials: holder?.initials ?? '?',
      component: holder ? inLanguage(holder.component.name, language) : (known?.component ?? ''),
      hue: holder?.component.hue ?? 6,
      at: later(before?.at ?? null, at),
      excerpt: shortened(before ? `${before.excerpt} … ${text}` : text),
      length: (before?.length ?? 0) + text.length,
    })
  }
  return [...bySeat.values()].sort((a, b) => b.length - a.length)
}

function lastOf(told: Attribution, actor: string): string | null {
  return told.runs.filter((run) => run.actor === actor).reduce<string | null>((last, run) => later(last, run.at), null)
}

function later(a: string | null, b: string | null): string | null {
  return a === null || (b !== null && b > a) ? b : a
}

function shortened(words: string): string {
  return words.length <= EXCERPT ? words : `${words.slice(0, EXCERPT).toWellFormed().trimEnd()}…`
}
