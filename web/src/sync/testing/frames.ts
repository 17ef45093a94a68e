/** Frames as they were on the wire: `fixtures/wire/NAME.cbor.hex`, hexadecimal in lines of 96 digits. */
import { readFileSync } from 'node:fs'

export function keptFrame(name: string): Uint8Array {
  const file = new URL(`../../../../fixtures/wire/${name}.cbor.hex`, import.meta.url)
  return Uint8Array.from(Buffer.from(readFileSync(file, 'utf8').replaceAll(/\s/g, ''), 'hex'))
}
