/** What a paper that comes in a file is called, until somebody says otherwise. Pure. */

/** `nameOf('Informe_final v2.docx')` is `'Informe final v2'`. */
export const nameOf = (file: string): string => file.replace(/\.docx$/i, '').replace(/[_\s]+/g, ' ').trim()

const LONGEST = 80

/** A name for addresses: `slugOf('¿Qué ciudad?')` is `'que-ciudad'`; empty when nothing of the words can stand in one. */
export function slugOf(title: string): string {
  const plain = title.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
  return plain.replace(/[^a-z0-9]+/g, '-').replace(/^-/, '').slice(0, LONGEST).replace(/-$/, '')
}

export type Fault = 'empty' | 'old' | 'damaged'

/** Why a file that begins with these bytes is no document that we read; `null` when it may be one. Its bytes say so, not its name. */
export function faultOf(head: Uint8Array): Fault | null {
  if (head.length === 0) return 'empty'
  if (begins(head, [0xd0, 0xcf, 0x11, 0xe0])) return 'old'
  return begins(head, [0x50, 0x4b]) ? null : 'damaged'
}

const begins = (head: Uint8Array, bytes: readonly number[]) => bytes.every((byte, at) => head[at] === byte)
