/**
 * Amendments as the list shows them: filtered, in the order of the text, those that compete for the same words side by side as
 * options A, B, C.
 */
import type { Amendment } from '../../api'
import { isAnswered, isDraft, isWaiting } from './states'

export interface Filters {
  state: 'all' | 'waiting' | 'answered' | 'competing'
  /** A chapter's number, and a component's code; empty for all. */
  chapter: string
  component: string
}

export const EVERYTHING: Filters = { state: 'all', chapter: '', component: '' }

/** Drafts are listed apart: they are not before anybody yet. */
export function filtered(all: readonly Amendment[], { state, chapter, component }: Filters): Amendment[] {
  return all.filter((each) => !isDraft(each)
    && (chapter === '' || each.chapter === chapter)
    && (component === '' || each.component === component || each.sponsors.some((sponsor) => sponsor.component === component))
    && (state === 'all' || (state === 'waiting' ? isWaiting(each) : state === 'answered' ? isAnswered(each) : each.options.length > 0)))
}

export function countsOf(all: readonly Amendment[]): Record<Filters['state'], number> {
  const sent = all.filter((each) => !isDraft(each))
  return {
    all: sent.length,
    waiting: sent.filter(isWaiting).length,
    answered: sent.filter(isAnswered).length,
    competing: sent.filter(({ options }) => options.length > 0).length,
  }
}

export interface Group {
  chapter: string
  /** One, or those that compete, each with its letter. */
  members: { amendment: Amendment; letter: string | null }[]
}

/** `shown` keeps its order; whoever competes with a member stands in its group. */
export function grouped(shown: readonly Amendment[]): Group[] {
  const left = new Map(shown.map((each) => [each.id, each]))
  const groups: Group[] = []
  for (const first of shown) {
    if (!left.delete(first.id)) continue
    const members = [first]
    for (const member of members) {
      for (const id of member.options) {
        const rival = left.get(id)
        if (rival && left.delete(id)) members.push(rival)
      }
    }
    const lettered = members.length > 1
    groups.push({ chapter: first.chapter, members: members.map((amendment, i) => ({ amendment, letter: lettered ? letterOf(i) : null })) })
  }
  return groups
}

/** A … Z, then AA. */
export function letterOf(index: number): string {
  const last = String.fromCharCode(65 + (index % 26))
  return index < 26 ? last : letterOf(Math.floor(index / 26) - 1) + last
}

/** Who speaks for and against; those who sponsor it speak for it. */
export function tally({ sponsors, voices }: Pick<Amendment, 'sponsors' | 'voices'>): { support: number; objection: number } {
  const support = new Set([...sponsors.map(({ component }) => component), ...voices.filter(({ stance }) => stance === 'support').map(({ component }) => component)])
  return { support: support.size, objection: voices.filter(({ stance }) => stance === 'objection').length }
}
