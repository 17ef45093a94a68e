/**
 * How a request travels: the headers the server asks for, refusals as [[ApiError]], and the one retry that is safe.
 * Knows nothing of papers.
 */
import { ApiError, errorOf } from './error'
import type { Parser } from './parse'

/** When a kept answer was given, in milliseconds of the device's clock. Only the answers that our service worker had kept carry it. */
export const KEPT_AT = 'Borrador-Kept-At'

export interface RequestOptions {
  /** The seat to act with; `null` leaves the choice to the server (the person's first). */
  seat: () => string | null
  fetch?: typeof fetch
  /** Hears of every good answer: when it was given (milliseconds of this device's clock) if the device had kept it, `null` if it came from the server now. */
  onAnswer?(keptAt: number | null): void
  /** Draws an idempotency key. */
  newKey?: () => string
}

/** Reads the body of a good answer. */
export type Read<T> = (response: Response) => Promise<T>
type Headers = Record<string, string>

export const nothing: Read<void> = async () => undefined
export const asText: Read<string> = response => response.text()

/** JSON of an agreed shape. */
export function json<T>(parser: Parser<T>): Read<T> {
  return async response => {
    try {
      return parser(await response.json(), '')
    } catch (cause) {
      const said = cause instanceof Error ? cause.message : String(cause)
      throw new ApiError(response.status, 'answer_unreadable', `${response.url} ${said}`, response.headers.get('x-request-id'), {}, { cause })
    }
  }
}

export type Requester = ReturnType<typeof requester>

/** The verbs, bound to a seat. All reject with [[ApiError]] and nothing else. */
export function requester({ seat, fetch: given, onAnswer, newKey = () => crypto.randomUUID() }: RequestOptions) {
  async function send<T>(method: string, url: string, read: Read<T>, body: unknown, extra: Headers): Promise<T> {
    const headers: Headers = { Accept: 'application/json', ...extra }
    const acting = seat()
    if (acting !== null) headers['Borrador-Seat'] = acting
    const init: RequestInit = { method, headers, credentials: 'same-origin' }
    if (body !== undefined) {
      headers['Content-Type'] = 'application/json'
      init.body = JSON.stringify(body)
    }
    const response = await (given ?? fetch)(url, init).catch((cause: unknown) => {
      throw new ApiError(0, 'network_unreachable', `${method} ${url} got no answer`, null, {}, { cause })
    })
    if (!response.ok) throw await errorOf(response)
    const keptAt = response.headers.get(KEPT_AT)
    onAnswer?.(keptAt === null ? null : Number(keptAt))
    return read(response)
  }

  return {
    get: <T>(url: string, read: Read<T>, headers: Headers = {}) => send('GET', url, read, undefined, headers),
    post: <T>(url: string, read: Read<T>, body: unknown, headers: Headers = {}) => send('POST', url, read, body, headers),
    remove: (url: string) => send('DELETE', url, nothing, undefined, {}),
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
