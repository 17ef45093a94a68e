/** The form in which a draft is planned: what it begins with, what is wrong with it, and what is sent. */
import type { Planned, PlanWords } from '../../api'
import type { MessageId } from '../../i18n'
import { daysUntil } from '../home/asked'

/** As strings by language, so that two who change different languages are not in each other's way. */
export type PlanForm = PlanWords

export const PLAN_FIELDS: readonly (keyof PlanForm)[] = ['name', 'event', 'date', 'purpose']
export const MOST = { name: 120, event: 200, purpose: 300 } as const

/** The languages of the paper, the reader's first, then those that only the plan has. */
export function formLanguages(paper: readonly string[], reader: string, plan: Planned | null): string[] {
  const own = [...paper].sort((a, b) => Number(b === reader) - Number(a === reader))
  const others = plan ? [plan.name, plan.event, plan.purpose].flatMap((words) => Object.keys(words)) : []
  return [...new Set([...own, ...others])]
}

export function planForm(plan: Planned | null, languages: readonly string[]): PlanForm {
  const all = (words: Readonly<Record<string, string>> = {}) => Object.fromEntries(languages.map((language) => [language, words[language] ?? '']))
  return { name: all(plan?.name), event: all(plan?.event), date: plan?.date ?? '', purpose: all(plan?.purpose) }
}

export interface Wrong {
  field: 'name' | 'date'
  says: MessageId
}

/** The first thing that is wrong. A day that stays may have passed. */
export function wrongIn(form: PlanForm, before: Planned | null, now: string): Wrong | null {
  if (Object.values(form.name).every((name) => name.trim() === '')) return { field: 'name', says: 'draft-wrong-name' }
  if (form.date === '') return { field: 'date', says: 'draft-wrong-date' }
  if (form.date !== before?.date && daysUntil(form.date, now) < 0) return { field: 'date', says: 'draft-wrong-past' }
  return null
}

export function planRequest(form: PlanForm): PlanWords {
  const said = (words: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(words).flatMap(([language, each]) => (each.trim() === '' ? [] : [[language, each.trim().replace(/\s*\n\s*/g, ' ')]])))
  return { name: said(form.name), event: said(form.event), date: form.date, purpose: said(form.purpose) }
}

/** Nothing was typed yet. */
export function isBlank(form: PlanForm): boolean {
  return form.date === '' && [form.name, form.event, form.purpose].every((words) => Object.values(words).every((each) => each === ''))
}
