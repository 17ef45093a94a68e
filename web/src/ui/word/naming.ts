/** What a paper that comes in a file is called, until somebody says otherwise. Pure. */

/** `nameOf('Informe_final v2.docx')` is `'Informe final v2'`. */
export const nameOf = (file: string): string => file.replace(/\.docx$/i, '').replace(/[_\s]+/g, ' ').trim()

const LONGEST = 80

/** A name for addresses: `slugOf('¿Qué ciudad?')` is `'que-ciudad'`; empty when nothing of the words can stand in one. */
export function slugOf(title: string): string {
  const plain = title.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
  return plain.replace(/[^a-z0-9]+/g, '-').replace(/^-/, '').slice(0, LONGEST).replace(/-$/, '')
}

export type Fault = 'empty' | 'protected' | 'old' | 'opendocument' | 'damaged'

/** Why these bytes are no document that we read; `null` when they may be one. They say so, not the name of the file. */
export function faultOf(file: Uint8Array): Fault | null {
  if (file.length === 0) return 'empty'
  if (stands(file, 0, [0xd0, 0xcf, 0x11, 0xe0])) return isProtected(file) ? 'protected' : 'old'
  if (!stands(file, 0, [0x50, 0x4b])) return 'damaged'
  if (((file[6] ?? 0) & 1) === 1) return 'protected' // the flag of the first entry
  return stands(file, 30, letters('mimetypeapplication/vnd.oasis.opendocument')) ? 'opendocument' : null
}

/** Office puts what a password protects into the container of old files, under this name in its directory of 128 bytes an entry. */
function isProtected(file: Uint8Array): boolean {
  const name = letters('EncryptedPackage').flatMap((letter) => [letter, 0])
  for (let entry = 0; entry + 128 <= file.length; entry += 128) {
    if (file[entry + 64] === name.length + 2 && stands(file, entry, name)) return true
  }
  return false
}

const letters = (ascii: string) => Array.from(ascii, (letter) => letter.charCodeAt(0))
const stands = (file: Uint8Array, from: number, bytes: readonly number[]) => bytes.every((byte, at) => file[from + at] === byte)
