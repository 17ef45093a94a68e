/** What the seal dialog holds, and what is sent when it is confirmed. */
import { STATUSES, type DraftStatus, type Finding, type NewMilestone, type Outlook, type PaperSummary } from '../../api'
import { nextPlanned, type Planned } from '../home/asked'
import { inLanguage } from '../shell/directory'

export interface SealForm {
  name: string
  symbol: string
  /** Empty: none. */
  status: DraftStatus | ''
  event: string
  /** A calendar day, `2016-10-12`, or empty. */
  date: string
  note: string
}

/** The form filled in from a planned draft, with what is the same for every draft kept; empty when nothing is planned. */
export function formFor(planned: Planned | null, language: string, kept: Pick<SealForm, 'symbol' | 'status'> = { symbol: '', status: '' }): SealForm {
  const { symbol, status } = kept
  if (!planned) return { name: '', symbol, status, event: '', date: '', note: '' }
  return { name: inLanguage(planned.name, language), symbol, status, event: inLanguage(planned.event, language), date: planned.date, note: '' }
}

/** The form as it opens: the next planned draft is chosen. */
export function openingForm(paper: Pick<PaperSummary, 'planned' | 'milestones'>, now: string, language: string): SealForm {
  return formFor(nextPlanned(paper, now), language)
}

/** The languages that are chosen when the dialog opens: those with words. */
export function languagesWithWords(outlook: Outlook): string[] {
  return outlook.languages.filter(({ words }) => words > 0).map(({ language }) => language)
}

/** What was found in these languages. A drafted paragraph that two translations lack stands there for each. */
export function findingsIn(outlook: Outlook, languages: readonly string[]): Finding[] {
  return outlook.languages.filter(({ language }) => languages.includes(language)).flatMap(({ findings }) => findings)
}

/** What to send: words trimmed, empty answers left out. `null` while the draft has no name. Without `languages` the server takes all with words. */
export function sealRequest(form: SealForm, languages: string[] | null = null, anyway = false): NewMilestone | null {
  const name = form.name.trim()
  if (name === '') return null
  const words = { symbol: form.symbol.trim(), event: form.event.trim(), date: form.date, note: form.note.trim() }
  const status = STATUSES.find((known) => known === form.status)
  return {
    name,
    ...Object.fromEntries(Object.entries(words).filter(([, value]) => value !== '')),
    ...(status === undefined ? {} : { status }),
    ...(languages === null ? {} : { languages }),
    ...(anyway ? { anyway } : {}),
  }
}
