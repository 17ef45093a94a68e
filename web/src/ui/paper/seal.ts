/** What the seal dialog holds, and what is sent when it is confirmed. */
import { STATUSES, type DraftStatus, type Finding, type NewMilestone, type Outlook, type PaperSummary, type Planned } from '../../api'
import { nextPlanned } from '../home/asked'
import { inLanguage } from '../shell/directory'

export interface SealForm {
  /** The id of the planned draft that it fulfils, or empty. */
  planned: string
  name: string
  symbol: string
  /** Empty: none. */
  status: DraftStatus | ''
  event: string
  /** A calendar day, `2016-10-12`, or empty. */
  date: string
  note: string
}

/** The form filled in from a planned draft, with what a plan does not say kept; name, event and day are empty without a plan. */
export function formFor(planned: Planned | null, language: string, kept: Pick<SealForm, 'symbol' | 'status' | 'note'> = { symbol: '', status: '', note: '' }): SealForm {
  const { symbol, status, note } = kept
  if (!planned) return { planned: '', name: '', symbol, status, event: '', date: '', note }
  return { planned: planned.id, name: inLanguage(planned.name, language), symbol, status, event: inLanguage(planned.event, language), date: planned.date, note }
}

/** The form as it opens: the next planned draft is chosen. */
export function openingForm(paper: Pick<PaperSummary, 'planned'>, now: string, language: string): SealForm {
  return formFor(nextPlanned(paper, now), language)
}

/** What is kept on the device of a form that was not sent, with the languages that were left out. */
export interface SealDraft {
  form: SealForm
  without: string[]
}

const FIELDS: readonly (keyof SealForm)[] = ['planned', 'name', 'symbol', 'status', 'event', 'date', 'note']

export function isSealDraft(found: unknown): found is SealDraft {
  const draft = found as SealDraft | null
  if (typeof draft !== 'object' || draft === null || typeof draft.form !== 'object' || draft.form === null) return false
  return FIELDS.every((field) => typeof draft.form[field] === 'string') && Array.isArray(draft.without)
}

/** A form as it was kept: when its plan was sealed or given up meanwhile, the words stay and fulfil none. */
export function keptForm(form: SealForm, open: readonly Planned[]): SealForm {
  return open.some(({ id }) => id === form.planned) ? form : { ...form, planned: '' }
}

export function isSameForm(one: SealForm, other: SealForm): boolean {
  return FIELDS.every((field) => one[field] === other[field])
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
  const words = { planned: form.planned, symbol: form.symbol.trim(), event: form.event.trim(), date: form.date, note: form.note.trim() }
  const status = STATUSES.find((known) => known === form.status)
  return {
    name,
    ...Object.fromEntries(Object.entries(words).filter(([, value]) => value !== '')),
    ...(status === undefined ? {} : { status }),
    ...(languages === null ? {} : { languages }),
    ...(anyway ? { anyway } : {}),
  }
}
