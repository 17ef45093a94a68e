/** A sealed draft as people check it. */

/** "9f3a 02bc 77de …": a digest in groups of four digits, easier to read aloud and to compare. `groups` limits how many. */
export function fingerprint(digest: string, groups = Infinity): string {
  const all = digest.match(/.{1,4}/g) ?? []
  const shown = all.slice(0, groups)
  return shown.join(' ') + (shown.length < all.length ? ' …' : '')
}
