/**
 * How a request travels: the headers the server asks for, refusals as [[ApiError]], and the one retry that is safe.
 * Knows nothing of papers.
 */
import { ApiError, errorOf } from './error'
import { array, nullable, object, string, type Parser } from './parse'
import { upload, type Upload } from './upload'

/** When a kept answer was given, in milliseconds of the device's clock. Only the answers that our service worker had kept carry it. */
export const KEPT_AT = 'Borrador-Kept-At'

export interface RequestOptions {
  /** The seat to act with; `null` leaves the choice to the server (the person's first). */
  seat: () => string | null
  fetch?: typeof fetch
  /** Hears of every good answer: when it was given (milliseconds of this device's clock) if the device had kept it, `null` if it came from the server now; and of what address. */
  onAnswer?(keptAt: number | null, address: string): void
  /** Draws an idempotency key. */
  newKey?: () => string
  /** How long a request may go without its whole answer, in milliseconds; what it brings has its own time on top ([[BYTES_PER_MS]]). */
  patienceMs?: number
}

/** A line that is slower than this, in bytes per millisecond, counts as none: what a request brings has the time that it needs at this pace. */
const BYTES_PER_MS = 16

/** Makes something of the body of a good answer. */
export type Read<T> = (body: string, response: Response) => T
type Headers = Record<string, string>

export const nothing: Read<void> = () => undefined
export const asText: Read<string> = (body) => body

/** JSON of an agreed shape. */
export function json<T>(parser: Parser<T>): Read<T> {
  return (body, response) => {
    try {
      return parser(JSON.parse(body), '')
    } catch (cause) {
      const said = cause instanceof Error ? cause.message : String(cause)
      throw new ApiError(response.status, 'answer_unreadable', `${response.url} ${said}`, response.headers.get('x-request-id'), {}, { cause })
    }
  }
}

/** A part of a list; `next` leads to the part after it, `null` when this is the last. */
export interface Page {
  next: string | null
}

export type Requester = ReturnType<typeof requester>

/** The verbs, bound to a seat. All reject with [[ApiError]] and nothing else. */
export function requester({ seat, fetch: given, onAnswer, newKey = () => crypto.randomUUID(), patienceMs = 60_000 }: RequestOptions) {
  async function send<T>(method: string, url: string, read: Read<T>, body: unknown, extra: Headers): Promise<T> {
    const headers: Headers = { Accept: 'application/json', ...extra }
    const acting = seat()
    if (acting !== null) headers['Borrador-Seat'] = acting
    const brings = body === undefined ? undefined : JSON.stringify(body)
    if (brings !== undefined) headers['Content-Type'] = 'application/json'
    const signal = AbortSignal.timeout(patienceMs + Math.ceil((brings?.length ?? 0) / BYTES_PER_MS))
    const init: RequestInit = { method, headers, credentials: 'same-origin', signal, ...(brings !== undefined && { body: brings }) }

    const [response, said] = await answered(given ?? fetch, url, init)
    if (!response.ok) throw errorOf(response, said)
    const keptAt = response.headers.get(KEPT_AT)
    onAnswer?.(keptAt === null ? null : Number(keptAt), url)
    return read(said, response)
  }
  const get = <T>(url: string, read: Read<T>, headers: Headers = {}) => send('GET', url, read, undefined, headers)

  async function pagesFrom<T extends Page>(url: string, read: Read<T>): Promise<[T, ...T[]]> {
    const first = await get(url, read)
    const all: [T, ...T[]] = [first]
    for (let { next } = first; next !== null; next = all[all.length - 1]!.next) {
      all.push(await get(`${url}${url.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(next)}`, read))
    }
    return all
  }
  /** Every page of a list, in order. */
  async function pages<T extends Page>(url: string, read: Read<T>): Promise<[T, ...T[]]> {
    try {
      return await pagesFrom(url, read)
    } catch (error) {
      // The entry that a page ended with has gone meanwhile, and with it the place to go on from.
      if (error instanceof ApiError && error.details.field === 'cursor') return pagesFrom(url, read)
      throw error
    }
  }

  return {
    get,
    pages,
    /** A whole list, however many pages the server cuts it into; the answers hold it under `name`. */
    async all<T>(url: string, name: string, item: Parser<T>): Promise<T[]> {
      const page: Parser<Page & { items: T[] }> = (value, where) =>
        ({ items: object({ [name]: array(item) })(value, where)[name]!, next: object({ next: nullable(string) })(value, where).next })
      return (await pages(url, json(page))).flatMap(({ items }) => items)
    },
    post: <T>(url: string, read: Read<T>, body: unknown, headers: Headers = {}) => send('POST', url, read, body, headers),
    remove: (url: string) => send('DELETE', url, nothing, undefined, {}),
    /** A DELETE that says what became of the thing. */
    removed: <T>(url: string, read: Read<T>, headers: Headers = {}) => send('DELETE', url, read, undefined, headers),
    /** A POST whose body is a file. */
    async bring<T>(url: string, read: Read<T>, file: Blob, how: Upload): Promise<T> {
      const acting = seat()
      const headers: Headers = { Accept: 'application/json', 'Content-Type': file.type, ...(acting !== null && { 'Borrador-Seat': acting }) }
      const [response, said] = await upload(url, file, headers, how)
      if (!response.ok) throw errorOf(response, said)
      return read(said, response)
    },
    put: <T>(url: string, read: Read<T>, body: unknown, headers: Headers = {}) => send('PUT', url, read, body, headers),
    /**
     * A POST that makes something. When no answer comes it is sent once more under the same key: the server answers
     * both with the one thing made, so a dropped line neither loses a comment nor doubles it.
     */
    async create<T>(url: string, read: Read<T>, body: unknown): Promise<T> {
      const headers = { 'Idempotency-Key': newKey() }
      try {
        return await send('POST', url, read, body, headers)
      } catch (error) {
        if (error instanceof ApiError && error.status === 0) return send('POST', url, read, body, headers)
        throw error
      }
    },
  }
}

/** The answer with its whole body. A line that breaks before its end has given none. */
async function answered(ask: typeof fetch, url: string, init: RequestInit): Promise<[Response, string]> {
  try {
    const response = await ask(url, init)
    return [response, await response.text()]
  } catch (cause) {
    throw new ApiError(0, 'network_unreachable', `${init.method} ${url} got no answer`, null, {}, { cause })
  }
}
