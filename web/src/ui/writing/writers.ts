/** Who writes in a chapter, and who could be given the pen. */
import type { Pen, Translated } from '../../api'
import type { Directory } from '../shell/directory'

/** The pens that reach this chapter: its own, and those of the whole paper. */
export function heldIn(chapter: string, pens: readonly Pen[]): Pen[] {
  return pens.filter((pen) => pen.chapter === null || pen.chapter === chapter)
}

export interface Candidate {
  seat: string
  name: string
  component: Translated
}

/** Everybody whose seat is not among `pens`, by name as `language` sorts it. */
export function othersThan(pens: readonly Pen[], directory: Directory, language: string): Candidate[] {
  const writing = new Set(pens.map(({ seat_id }) => seat_id))
  return [...directory]
    .filter(([seat]) => !writing.has(seat))
    .map(([seat, { name, component }]) => ({ seat, name, component: component.name }))
    .sort((a, b) => a.name.localeCompare(b.name, language))
}
