/** The one error every call of the API throws. Words for people come from `errorWords(error)`. */
import { problem } from './model'

export class ApiError extends Error {
  constructor(
    /** The HTTP status, or 0 when no answer came. */
    readonly status: number,
    /** A stable word, such as `stale_version`; `network_unreachable` and `answer_unreadable` are made here. */
    readonly code: string,
    /** What the server said, in English, for the log and the curious; no page shows it. */
    readonly detail: string,
    /** Names the request in the server's log; `null` when no answer came. */
    readonly requestId: string | null,
    /** Facts for programs: the field, the reason, the numbers. */
    readonly details: Record<string, unknown> = {},
    options?: ErrorOptions,
  ) {
    super(`${code}: ${detail}`, options)
    this.name = 'ApiError'
  }
}

/** What a refusal says. One that is not `application/problem+json` (a proxy's page) becomes `http_STATUS`. */
export function errorOf(response: Response, body: string): ApiError {
  const requestId = response.headers.get('x-request-id')
  try {
    const told = problem(JSON.parse(body), 'problem')
    return new ApiError(response.status, told.code, told.detail ?? told.title ?? '', told.request_id ?? requestId, told.details)
  } catch (cause) {
    return new ApiError(response.status, `http_${response.status}`, response.statusText, requestId, {}, { cause })
  }
}
