/** How a procedure of silence shows: its mark, how long is left, and the instant that a form proposes. */
import type { Silence } from '../../api'

export const PHASES: Record<Silence['phase'], string> = {
  running: 'act half',
  stopped: 'warn square',
  broken: 'bad square',
  adopted: 'good full',
  cancelled: 'off full',
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Whole days, else hours, else minutes until an instant; never negative. */
export function timeLeft(endsAt: string, nowMs: number): { unit: 'days' | 'hours' | 'minutes'; count: number } {
  const left = Math.max(0, Date.parse(endsAt) - nowMs)
  if (left >= 2 * DAY_MS) return { unit: 'days', count: Math.floor(left / DAY_MS) }
  if (left >= 2 * HOUR_MS) return { unit: 'hours', count: Math.floor(left / HOUR_MS) }
  return { unit: 'minutes', count: Math.ceil(left / 60_000) }
}

/** The first full hour of a working day, in the reader's zone, that leaves the shortest window and a day. */
export function proposedEnd(nowMs: number, leastHours: number): number {
  const end = new Date(nowMs + leastHours * HOUR_MS + DAY_MS)
  end.setMinutes(0, 0, 0)
  while (end.getDay() === 0 || end.getDay() === 6) end.setTime(end.getTime() + DAY_MS)
  return end.getTime()
}

/** An instant as a field of type `datetime-local` has it, in the reader's zone. */
export function asField(ms: number): string {
  const local = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 16)
}

/** What such a field says as an RFC 3339 instant; `null` for an empty or unfinished one. */
export function fromField(value: string): string | null {
  const ms = value === '' ? Number.NaN : new Date(value).getTime()
  return Number.isNaN(ms) ? null : new Date(ms).toISOString()
}
