/**
 * What a refusal says to a person: what is wrong, why, and what to do, in the language they read.
 *
 * A refusal has a code and, for some codes, facts in its `details`: the reason why a file is not made, where in the paper, which limit. The
 * most telling message is said that there is and whose values are known; a reason that this page does not know yet (the server may be
 * newer) falls back to the general message of its code. A field that no form of ours can get wrong is named, so that the secretariat can
 * pass it on. The English `detail` beside them is for programs and for whoever looks after the service, and no page shows it.
 *
 *     refusalWords('export_refused', { reason: 'title_missing' })
 */
import { language, said, t, type MessageArguments } from './index'

export type Details = Record<string, unknown>

/** Never empty; a code without words is named in a general sentence. */
export function refusalWords(code: string, details: Details = {}): string {
  const values = valuesOf(details)
  for (const id of messagesFor(code, details)) {
    const words = said(id, values)
    if (words !== null) return words
  }
  return t('error-unknown', { code })
}

/** The messages that may say it, the most telling first: for its reason or rule, with what the server names, in general. */
export function messagesFor(code: string, details: Details): string[] {
  const general = `error-${code}`
  const reason = typeof details.reason === 'string' ? [`${general}-${details.reason}`] : []
  return [...reason, ...(code === 'field_invalid' ? messagesForField(details) : []), `${general}-named`, general]
}

function messagesForField({ field, rule }: Details): string[] {
  if (typeof field !== 'string') return []
  const name = plainName(field)
  const broken = typeof rule === 'string' ? [`error-field-${name}-${rule}`, `error-rule-${rule}`] : []
  return [...broken, `error-field-${name}`]
}

/** `name` of `name.es`, `rows` of `rows[3]`. */
const plainName = (field: string) => field.split(/[.[]/)[0]!

/** What the messages may name: the facts that are words or numbers, and the place, the characters and the field in words. */
function valuesOf(details: Details): MessageArguments {
  const plain = Object.entries(details).filter((each): each is [string, string | number] => ['string', 'number'].includes(typeof each[1]))
  const place = placeWords(details.place)
  const characters = charactersWords(details.characters, details.more)
  const label = typeof details.field === 'string' ? labelOf(details.field) : null
  const words = { place, characters, label }
  return { ...Object.fromEntries(plain), ...Object.fromEntries(Object.entries(words).filter((each): each is [string, string] => each[1] !== null)) }
}

/** What the forms call a field; the name that programs give it, where no form has it. */
function labelOf(field: string): string {
  return said(`error-label-${plainName(field)}`) ?? field
}

/** "in paragraph 12", "in a table, after paragraph 12"; `null` for a place that this page does not know. */
function placeWords(place: unknown): string | null {
  if (!isFacts(place) || typeof place.at !== 'string') return null
  const near = typeof place.under === 'string' ? t('error-near-under', { heading: place.under })
    : typeof place.after === 'string' ? t('error-near-after', { number: place.after })
    : t('error-near-beginning')
  return said(`error-at-${place.at}`, { ...valuesOf(place), near })
}

/** More than these are only counted: the sentence is to be read. */
const MOST_CHARACTERS = 4

/** "“中” (U+4E2D) in paragraph 12 and “日” (U+65E5) in the title". */
function charactersWords(characters: unknown, more: unknown): string | null {
  if (!Array.isArray(characters) || characters.length === 0) return null
  const each = characters.slice(0, MOST_CHARACTERS).map((found: unknown) => {
    if (!isFacts(found)) return null
    return said(found.character === HIDDEN ? 'error-character-hidden' : 'error-character', valuesOf(found))
  })
  if (each.some((words) => words === null)) return null
  const left = characters.length - each.length + (typeof more === 'number' ? more : 0)
  if (left > 0) each.push(t('error-character-more', { count: left }))
  return new Intl.ListFormat(language(), { type: 'conjunction' }).format(each as string[])
}

/** Stands for a character that would disturb the sentence. */
const HIDDEN = '\uFFFD'

const isFacts = (value: unknown): value is Details => typeof value === 'object' && value !== null && !Array.isArray(value)
