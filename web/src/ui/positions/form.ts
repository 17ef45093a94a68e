/** The form in which a component states its position. It is kept on this device until it has been sent. */
import type { Milestone, NewPosition, PositionStance } from '../../api'

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

/** What was kept, if it still fits the drafts there are. Anything unreadable is as if nothing had been kept. */
export function kept(json: string | null, milestones: readonly Milestone[]): Form | null {
  try {
    const found: unknown = JSON.parse(json ?? 'null')
    if (typeof found !== 'object' || found === null) return null
    const form = { ...empty(''), ...(found as Partial<Form>) }
    const fits = Object.values(form).every((value) => typeof value === 'string') && milestones.some((each) => each.id === form.milestone)
    return fits ? form : null
  } catch {
    return null
  }
}

/** Has anything been typed that would be missed? */
export const holdsWords = (form: Form): boolean => form.words.trim() !== '' || form.wayOut.trim() !== ''

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
