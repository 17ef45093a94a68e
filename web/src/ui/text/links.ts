/** Where a link of the text may lead: the schemes that `fixtures/schema.json` allows, and nothing that could run. */
import schema from '../../../../fixtures/schema.json'

/** The address if it may be followed, else `null`. Relative addresses are refused: a paper travels, its links must too. */
export function allowedHref(href: unknown): string | null {
  if (typeof href !== 'string') return null
  const url = URL.canParse(href) ? new URL(href) : null
  return url && schema.link_schemes.includes(url.protocol.slice(0, -1)) ? href : null
}

/**
 * What a person typed into the link box, made into an address: `uclg.org` becomes `https://uclg.org`, `ana@uclg.org` a
 * `mailto:`. `null` when it cannot be one.
 */
export function hrefFromTyped(typed: string): string | null {
  const words = typed.trim()
  if (words === '' || /\s/.test(words)) return null
  if (/^[a-z][a-z0-9+.-]*:/i.test(words) && !/^[^/]*:\d+(\/|$)/.test(words)) return allowedHref(words)
  if (/^[^@/]+@[^@/]+\.[^@/]+$/.test(words)) return allowedHref(`mailto:${words}`)
  return /^[^/]+\.[^/]+/.test(words) ? allowedHref(`https://${words}`) : null
}

const BLOB = /^[0-9a-f]{64}$/

/** Where the bytes of a picture of the text are; `null` when it names none. */
export const allowedBlob = (blob: string | undefined): string | null => (blob !== undefined && BLOB.test(blob) ? `/api/v1/blobs/${blob}` : null)
