/** What proves a sealed draft, as the server tells it. */
import { integer, object, optional, type Parsed, string } from './parse'

export const proof = object({
  /** Over everything that was sealed. */
  root: string,
  parts: integer,
  statement: string,
  signature: string,
  /** Later than the sealing for drafts of before there were signatures. */
  signed_at: string,
  /** SHA-256 of the public key. */
  key: string,
})
export type Proof = Parsed<typeof proof>

/** Of a draft: its proof, absent in lists. */
export const proved = { proof: optional(proof) }
