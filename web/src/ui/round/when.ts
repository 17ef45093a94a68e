/**
 * Instants and the places where people read them. A deadline is one instant; what the clock on the wall says then differs from
 * place to place, and on two nights of the year an hour is missing or comes twice.
 *
 *     instantsOf('2016-10-30T02:30', 'Europe/Madrid')   // two instants, an hour apart
 *     wallOf('2016-09-23T12:00:00Z', 'Europe/Madrid')   // '2016-09-23T14:00'
 */

/** Places of the organisation, from west to east: their clocks are shown beside a deadline. */
export const PLACES = ['America/Mexico_City', 'America/Bogota', 'Africa/Dakar', 'Europe/Madrid', 'Asia/Beirut', 'Asia/Jakarta'] as const

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** The zone of whoever looks at the screen. */
export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** What the clock on the wall shows at an instant, to the minute: `2016-09-23T14:00`, as an `input` of type `datetime-local` has it. */
export function wallOf(instant: string | number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
  }).formatToParts(new Date(instant))
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? ''
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`
}

/** From one day on the wall to another: 0 on the same day, 1 from a minute before midnight to a minute after. */
export function daysBetween(from: string | number, to: string | number, zone: string): number {
  const day = (instant: string | number) => Date.parse(`${wallOf(instant, zone).slice(0, 10)}T00:00:00Z`)
  return Math.round((day(to) - day(from)) / DAY_MS)
}

/** Minutes by which the clock of a zone is ahead of UTC at an instant. */
export function offsetOf(instant: number, zone: string): number {
  const whole = Math.floor(instant / MINUTE_MS) * MINUTE_MS
  return (Date.parse(`${wallOf(whole, zone)}:00Z`) - whole) / MINUTE_MS
}

/**
 * The instants (milliseconds) at which the clock of a zone shows this, the first first: one as a rule, two in the hour that comes twice, none in the
 * hour that is left out, and none for what is no time at all.
 */
export function instantsOf(wall: string, zone: string): number[] {
  const asUtc = read(wall)
  if (asUtc === null) return []
  const offsets = new Set([-DAY_MS, 0, DAY_MS].map((away) => offsetOf(asUtc + away, zone)))
  return [...offsets].map((offset) => asUtc - offset * MINUTE_MS).filter((instant) => wallOf(instant, zone) === wall.slice(0, 16)).sort((a, b) => a - b)
}

/** The instant at which the clock of UTC shows this; `null` for what is no time. */
function read(wall: string): number | null {
  const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(wall) ? Date.parse(`${wall.slice(0, 16)}:00Z`) : Number.NaN
  return Number.isNaN(instant) ? null : instant
}

/** What is wrong with a time that somebody typed: it comes twice, it does not come, it is no time. */
export type WallProblem = 'twice' | 'never' | 'empty' | null

export function problemOf(wall: string, zone: string): WallProblem {
  if (read(wall) === null) return 'empty'
  const count = instantsOf(wall, zone).length
  return count === 1 ? null : count === 0 ? 'never' : 'twice'
}

/** Do the clocks of a zone change between two instants? Then "at two, in three weeks" is not what one may think. */
export function changesBetween(from: number, to: number, zone: string): boolean {
  return offsetOf(from, zone) !== offsetOf(to, zone)
}

/** A zone as people name it: "Mexico City". */
export function placeName(zone: string): string {
  return (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ')
}
