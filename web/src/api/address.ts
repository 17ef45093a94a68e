/** How addresses and conditions of requests are spelled. */

/** An address of the service's interface: path`/texts/${id}`. Its parts are encoded. */
export function path(strings: TemplateStringsArray, ...parts: string[]): string {
  return '/api/v1' + String.raw({ raw: strings }, ...parts.map(encodeURIComponent))
}

/** With the question mark; empty when there are no fields. */
export function query(fields: Record<string, string>): string {
  const text = new URLSearchParams(fields).toString()
  return text === '' ? '' : `?${text}`
}

/** Refuses the act as `stale_version` when somebody else was first. */
export function ifMatch(version: number | undefined): Record<string, string> {
  return version === undefined ? {} : { 'If-Match': String(version) }
}
