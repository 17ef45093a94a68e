/**
 * The words of the interface, as the pages see them: `t` and its companions draw again when the language changes, which the
 * services in `i18n` know nothing about.
 */
import { ApiError } from '../../api'
import {
  LANGUAGES, onLanguage, preferredLanguage, t as translate, useLanguage,
  type Language, type MessageArguments, type MessageId,
} from '../../i18n'
import { formatDay, formatDayAndMonth, formatInstant, formatMoment, formatNumber, formatShortDay, formatTime } from '../../i18n/dates'
import { refusalWords } from '../../i18n/refusals'
import { remembered } from './remembered'

export const interfaceLanguages = LANGUAGES

class Words {
  #language = $state<Language>('es')

  /** The language of the interface. */
  get language(): Language {
    return this.#language
  }

  /** Speaks the remembered language, else the first of the browser's that we have. Rejects when its words cannot be fetched. */
  async start(): Promise<void> {
    onLanguage((spoken) => {
      this.#language = spoken
      document.documentElement.lang = spoken
    })
    const before = LANGUAGES.find((each) => each === remembered.language.get())
    await useLanguage(before ?? preferredLanguage(navigator.languages))
  }

  /** Changes the language and remembers it. One that we do not have, or cannot fetch now, changes nothing. */
  async speak(wanted: string): Promise<void> {
    const known = LANGUAGES.find((each) => each === wanted)
    if (!known) return
    try {
      await useLanguage(known)
      remembered.language.set(known)
    } catch (error) {
      console.warn(`The words of “${known}” could not be fetched.`, error)
    }
  }
}

export const words = new Words()

/** Whatever reads this is drawn again when the language changes. */
const follow = (): Language => words.language

export function t(id: MessageId, args?: MessageArguments): string {
  follow()
  return translate(id, args)
}

/** What went wrong and what to do, whatever was thrown. */
export function errorWords(error: unknown): string {
  follow()
  return error instanceof ApiError ? refusalWords(error.code, error.details) : refusalWords('page_fault')
}

/** The same of a refusal of which only the code is known. */
export function codeWords(code: string): string {
  follow()
  return refusalWords(code)
}

/** "21 de septiembre de 2016". Takes a calendar day or an RFC 3339 time. */
export function day(when: string): string {
  follow()
  return formatDay(when)
}

/** "10:42" for today, day and time for another day, on the service's clock. */
export function ago(when: string): string {
  follow()
  return formatMoment(when)
}

/** "23 September 2016 at 14:00 CEST": an instant that binds, in the reader's zone or another, which is named. */
export function instant(when: string | number, zone?: string): string {
  follow()
  return formatInstant(when, zone)
}

/** "23 September", in the reader's zone; a calendar day is the same everywhere. */
export function dayAndMonth(when: string): string {
  follow()
  return formatDayAndMonth(when)
}

/** "23 Sept", in the reader's zone. */
export function shortDay(when: string): string {
  follow()
  return formatShortDay(when)
}

/** "10:42", from milliseconds. */
export function clockTime(when: number): string {
  follow()
  return formatTime(when)
}

export function number(value: number): string {
  follow()
  return formatNumber(value)
}

/** Of a calendar day: "12". */
export function dayOfMonth(date: string): string {
  return String(Number(date.slice(8, 10)))
}

/** Of a calendar day: "oct". */
export function shortMonth(date: string): string {
  return new Intl.DateTimeFormat(follow(), { month: 'short', timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`))
}

/** The name of a language within a sentence: "español", "Spanish". */
export function languageWord(code: string, inLanguage: string = follow()): string {
  return new Intl.DisplayNames([inLanguage], { type: 'language' }).of(code) ?? code
}

/** The name of a language standing alone, with a capital: "Español". */
export function languageName(code: string, inLanguage: string = follow()): string {
  const word = languageWord(code, inLanguage)
  return word.charAt(0).toLocaleUpperCase(inLanguage) + word.slice(1)
}

/** "Español e inglés". */
export function languageList(codes: readonly string[]): string {
  const spoken = follow()
  const list = new Intl.ListFormat(spoken, { type: 'conjunction' }).format(codes.map((code) => languageWord(code)))
  return list.charAt(0).toLocaleUpperCase(spoken) + list.slice(1)
}
