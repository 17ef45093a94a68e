/** The network first, and what is kept when it fails. A line that says nothing for long has failed too: people wait for it. */

/** So long may the server take before what is kept is shown instead, in milliseconds. */
export const PATIENCE_MS = 4_000

/** A proxy that answers in the place of a server that is away. */
const AWAY = [502, 503, 504]

/**
 * The server's answer, or what `kept` gives when none has come before `late`. With nothing kept, whatever the server still
 * says: its answer, a proxy's page, or the failure.
 */
export async function networkFirst(live: Promise<Response>, late: Promise<void>, kept: () => Promise<Response | null>): Promise<Response> {
  const nothing = () => null
  const answered = live.then((response) => (AWAY.includes(response.status) ? null : response), nothing)
  return (await Promise.race([answered, late.then(nothing)])) ?? (await kept()) ?? live
}
