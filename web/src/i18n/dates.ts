/**
 * Dates, times and numbers in the language spoken, and the service's clock: a demonstration lives in September 2016, so
 * "today" is what the server says it is.
 */
import { language } from './index'
import type { Language } from './index'

/** British order for dates in English. */
const LOCALES: Record<Language, string> = { es: 'es', en: 'en-GB' }

let offsetMs = 0

/** Sets the service's clock by the server's word (`me.service.now`); `deviceNow` is when that word arrived. */
export function setServiceClock(serverNow: string, deviceNow: number = Date.now()): void {
  offsetMs = Date.parse(serverNow) - deviceNow
}

/** Milliseconds since 1970 on the service's clock. */
export function serviceNow(): number {
  return Date.now() + offsetMs
}

/** "21 de septiembre de 2016". Takes a calendar day (`2016-10-12`), an RFC 3339 time, or milliseconds. */
export function formatDay(when: string | number): string {
  return format(when, { day: 'numeric', month: 'long', year: 'numeric' })
}

/** "10:42", in the reader's time zone. */
export function formatTime(when: string | number): string {
  return format(when, { hour: '2-digit', minute: '2-digit' })
}

/** The time for today, day and time for another day, on the service's clock. */
export function formatMoment(when: string | number): string {
  const shortDay = (moment: string | number) => format(moment, { day: 'numeric', month: 'short', year: 'numeric' })
  const day = shortDay(when)
  return day === shortDay(serviceNow()) ? formatTime(when) : `${day}, ${formatTime(when)}`
}

/** "23 September 2016 at 14:00 CEST": an instant that binds people, with the zone it is read in: the reader's, unless another is given. */
export function formatInstant(when: string | number, timeZone?: string): string {
  return new Intl.DateTimeFormat(LOCALES[language()], {
    day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZoneName: 'short', ...(timeZone ? { timeZone } : {}),
  }).format(new Date(when))
}

/** "23 September". */
export function formatDayAndMonth(when: string | number): string {
  return format(when, { day: 'numeric', month: 'long' })
}

/** "23 Sept". */
export function formatShortDay(when: string | number): string {
  return format(when, { day: 'numeric', month: 'short' })
}

export function formatNumber(value: number): string {
  return new Intl.NumberFormat(LOCALES[language()]).format(value)
}

const CALENDAR_DAY = /^\d{4}-\d{2}-\d{2}$/

function format(when: string | number, how: Intl.DateTimeFormatOptions): string {
  // A calendar day has no time zone: it is read and written in the same one, so that it is the same day everywhere.
  const timeZone = typeof when === 'string' && CALENDAR_DAY.test(when) ? 'UTC' : undefined
  return new Intl.DateTimeFormat(LOCALES[language()], { ...how, timeZone }).format(new Date(when))
}
