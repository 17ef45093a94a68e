/** Frames as they were on the wire: `fixtures/wire/FOLDER/NAME.cbor.hex`, hexadecimal in lines of 96 digits. */
import { readFileSync, writeFileSync } from 'node:fs'

/** Versions of our own wire, the newest last. */
export const VERSIONS = ['0.1', '0.2'] as const

export function keptFrame(folder: string, name: string): Uint8Array {
  return Uint8Array.from(Buffer.from(readFileSync(file(folder, name), 'utf8').replaceAll(/\s/g, ''), 'hex'))
}

/** Keeps a frame of today's page as the newest sample, when `WIRE_SAMPLES=write` asks for it. */
export function keepNewest(name: string, frame: Uint8Array): void {
  if (process.env['WIRE_SAMPLES'] !== 'write') return
  const lines = Buffer.from(frame).toString('hex').replaceAll(/.{1,96}/g, line => `${line}\n`)
  writeFileSync(file(VERSIONS.at(-1)!, name), lines)
}

function file(folder: string, name: string): URL {
  return new URL(`../../../../fixtures/wire/${folder}/${name}.cbor.hex`, import.meta.url)
}
