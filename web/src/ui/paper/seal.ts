/** What the seal dialog holds, and what is sent when it is confirmed. */
import type { PaperSummary } from '../../api'
import { nextPlanned, type Planned } from '../home/asked'
import { inLanguage } from '../shell/directory'

export interface SealForm {
  name: string
  event: string
  /** A calendar day, `2016-10-12`, or empty. */
  date: string
  note: string
}

/** The form filled in from a planned draft; empty when nothing is planned. */
export function formFor(planned: Planned | null, language: string): SealForm {
  if (!planned) return { name: '', event: '', date: '', note: '' }
  return { name: inLanguage(planned.name, language), event: inLanguage(planned.event, language), date: planned.date, note: '' }
}

/** The form as it opens: the next planned draft is chosen. */
export function openingForm(paper: Pick<PaperSummary, 'planned' | 'milestones'>, now: string, language: string): SealForm {
  return formFor(nextPlanned(paper, now), language)
}

/** What to send: words trimmed, empty answers left out. `null` while the draft has no name. */
export function sealRequest(form: SealForm): { name: string; event?: string; date?: string; note?: string } | null {
  const name = form.name.trim()
  if (name === '') return null
  const given = Object.entries({ event: form.event.trim(), date: form.date, note: form.note.trim() }).filter(([, value]) => value !== '')
  return { name, ...Object.fromEntries(given) }
}
