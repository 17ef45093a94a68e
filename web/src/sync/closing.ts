/**
 * Why a connection ended, and what to do about it: the server's close codes as words and as patience.
 */

export interface Closing {
  /** A code with a message `error-CODE`; `null` when the line simply broke. */
  code: string | null
  /**
   * - `soon`: the ordinary waits, short at first;
   * - `later`: the server is asking for rest;
   * - `never`: only a person can change it (sign in, reload), or the window coming back to the network.
   */
  retry: 'soon' | 'later' | 'never'
}

const CLOSINGS: Readonly<Record<number, Closing>> = {
  1007: { code: 'message_malformed', retry: 'later' },
  1009: { code: 'message_too_large', retry: 'later' },
  1011: { code: 'server_fault', retry: 'soon' },
  1012: { code: 'server_restart', retry: 'soon' },
  1013: { code: 'server_busy', retry: 'later' },
  4401: { code: 'sign_in_required', retry: 'never' },
  4408: { code: 'handshake_too_slow', retry: 'soon' },
  4409: { code: 'version_unsupported', retry: 'never' },
  4429: { code: 'too_many_requests', retry: 'later' },
}

/** `closeCode` as the WebSocket gives it; 1006 and unlisted ones mean that the line broke. */
export function closing(closeCode: number): Closing {
  return CLOSINGS[closeCode] ?? { code: null, retry: 'soon' }
}

export const SHORTEST_WAIT_MS = 500
export const LONGEST_WAIT_MS = 15_000
/** What `later` means at least. */
export const REST_MS = 5_000

/**
 * How long to wait before attempt number `attempt` (0 for the first after a break): doubling, with a random half, so that
 * a thousand windows do not come back in the same moment. Always between [[SHORTEST_WAIT_MS]] and [[LONGEST_WAIT_MS]].
 */
export function waitMs(attempt: number, retry: 'soon' | 'later', random: () => number): number {
  const full = Math.min(SHORTEST_WAIT_MS * 2 ** (attempt + 1), LONGEST_WAIT_MS)
  const jittered = Math.max(full / 2 + (full / 2) * random(), SHORTEST_WAIT_MS)
  return retry === 'later' ? Math.min(Math.max(jittered, REST_MS), LONGEST_WAIT_MS) : jittered
}
