/**
 * Parsing what comes from outside. A parser takes an unknown value and the place where it was found, and either returns
 * a typed value or throws [[Unreadable]] with that place in its message: `papers[2].title: expected a string, got 5`.
 *
 * Fields that a parser does not name are ignored, so that a page loaded yesterday survives a newer server.
 *
 *     const seat = object({ id: string, hue: integer, note: optional(string) })
 *     type Seat = Parsed<typeof seat>          // { id: string; hue: number; note?: string | undefined }
 *     seat(await response.json(), 'seat')
 */

export type Parser<T> = (value: unknown, where: string) => T
export type Parsed<P> = P extends Parser<infer T> ? T : never

/** What came is not what was agreed. `where` is a path such as `papers[2].title`. */
export class Unreadable extends Error {
  constructor(readonly where: string, readonly expected: string, readonly got: unknown) {
    super(`${where}: expected ${expected}, got ${brief(got)}`)
    this.name = 'Unreadable'
  }
}

export const string: Parser<string> = (value, where) => {
  if (typeof value !== 'string') throw new Unreadable(where, 'a string', value)
  return value
}

export const number: Parser<number> = (value, where) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Unreadable(where, 'a number', value)
  return value
}

/** A whole number that JavaScript holds exactly. */
export const integer: Parser<number> = (value, where) => {
  if (!Number.isSafeInteger(value)) throw new Unreadable(where, 'a whole number', value)
  return value as number
}

export const boolean: Parser<boolean> = (value, where) => {
  if (typeof value !== 'boolean') throw new Unreadable(where, 'true or false', value)
  return value
}

/** Anything JSON can hold, left as it is. */
export const unknown: Parser<unknown> = value => value

/** One of a closed list of words. */
export function oneOf<const W extends readonly string[]>(...words: W): Parser<W[number]> {
  return (value, where) => {
    if (typeof value !== 'string' || !words.includes(value)) throw new Unreadable(where, words.join(' or '), value)
    return value
  }
}

export function array<T>(item: Parser<T>): Parser<T[]> {
  return (value, where) => {
    if (!Array.isArray(value)) throw new Unreadable(where, 'a list', value)
    return value.map((entry, i) => item(entry, `${where}[${i}]`))
  }
}

/** An object used as a table: any keys, values of one kind. */
export function record<T>(item: Parser<T>): Parser<Record<string, T>> {
  return (value, where) => {
    const entries = Object.entries(asObject(value, where))
    return Object.fromEntries(entries.map(([key, entry]) => [key, item(entry, `${where}.${key}`)]))
  }
}

/** A field that says `null` when there is nothing to say; a missing one says the same. */
export function nullable<T>(inner: Parser<T>): Parser<T | null> {
  return (value, where) => (value === undefined || value === null ? null : inner(value, where))
}

/** A field that may be missing; `null` counts as missing, because some writers spell it so. */
export function optional<T>(inner: Parser<T>): Parser<T | undefined> {
  return (value, where) => (value === undefined || value === null ? undefined : inner(value, where))
}

/** A field that older answers, which a device may have kept, do not have yet. */
export function since<T>(inner: Parser<T>, before: T): Parser<T> {
  return (value, where) => (value === undefined ? before : inner(value, where))
}

type Shape = Record<string, Parser<unknown>>
type OptionalKeys<S extends Shape> = { [K in keyof S]: undefined extends Parsed<S[K]> ? K : never }[keyof S]
type ObjectOf<S extends Shape> = { [K in Exclude<keyof S, OptionalKeys<S>>]: Parsed<S[K]> } & { [K in OptionalKeys<S>]?: Parsed<S[K]> }
type Flat<T> = { [K in keyof T]: T[K] }

/** An object with the named fields. */
export function object<S extends Shape>(shape: S): Parser<Flat<ObjectOf<S>>> {
  return (value, where) => {
    const source = asObject(value, where)
    const result: Record<string, unknown> = {}
    for (const [key, field] of Object.entries(shape)) {
      const parsed = field(source[key], where === '' ? key : `${where}.${key}`)
      if (parsed !== undefined) result[key] = parsed
    }
    return result as Flat<ObjectOf<S>>
  }
}

function asObject(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Unreadable(where, 'an object', value)
  return value as Record<string, unknown>
}

function brief(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value) ?? typeof value
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
