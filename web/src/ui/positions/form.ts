/** The form in which a component states its position. It is kept on this device until it has been sent. */
import type { Milestone, NewPosition, Position, PositionStance } from '../../api'

export interface Form {
  milestone: string
  on: 'paper' | 'chapter' | 'paragraph'
  chapter: string
  paragraph: string
  stance: PositionStance | ''
  words: string
  wayOut: string
  /** A component on whose behalf it is entered; empty for one's own. */
  onBehalfOf: string
}

export const empty = (milestone: string): Form => ({ milestone, on: 'paper', chapter: '', paragraph: '', stance: '', words: '', wayOut: '', onBehalfOf: '' })

/** Does what was kept still fit the drafts there are? */
export const fits = (milestones: readonly Milestone[]) => (found: unknown): found is Form => {
  if (typeof found !== 'object' || found === null) return false
  const form = found as Record<string, unknown>
  return Object.keys(empty('')).every((field) => typeof form[field] === 'string') && milestones.some((each) => each.id === form.milestone)
}

/** The form in which a position is changed, or said anew of this draft: it begins with what the component says now. */
export function changing({ subject, stance, words, way_out }: Position, milestone: string): Form {
  return { ...empty(milestone), on: subject.on, chapter: subject.chapter ?? '', paragraph: subject.paragraph ?? '', stance, words, wayOut: way_out }
}

/** Has anything been typed that would be missed? */
export const holdsWords = (form: Form, begun: Form): boolean => form.words.trim() !== begun.words.trim() || form.wayOut.trim() !== begun.wayOut.trim()

/** What to send; `null` while something is missing that the form cannot say by itself. `text` is the chapter's drafted text. */
export function request(form: Form, text: string | undefined): NewPosition | null {
  if (form.stance === '') return null
  const subject = subjectOf(form, text)
  if (!subject) return null
  const wayOut = form.stance === 'objects' || form.stance === 'reservation' ? form.wayOut : ''
  return { milestone: form.milestone, subject, stance: form.stance, words: form.words, way_out: wayOut }
}

function subjectOf(form: Form, text: string | undefined): NewPosition['subject'] | null {
  if (form.on === 'paper') return { on: 'paper' }
  if (form.chapter === '') return null
  if (form.on === 'chapter') return { on: 'chapter', chapter: form.chapter }
  return form.paragraph === '' || text === undefined ? null : { on: 'paragraph', text, paragraph: form.paragraph }
}

/** The bytes of a file in base64, without blocking the page for long ones. */
export async function base64(file: File): Promise<string> {
  const url = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = () => reject(reader.error ?? new Error('The file could not be read.'))
    reader.readAsDataURL(file)
  })
  return url.slice(url.indexOf(',') + 1)
}
