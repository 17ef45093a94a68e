/**
 * The words of a text between this window, this device and everybody else. Start at `session.ts`; the rules are in
 * `client.ts`, the bytes in `frames.ts` and `message.ts`.
 */
export { openText } from './session'
export type { OpenText, OpenTextOptions, Refusal } from './session'
export type { PresentPerson } from './presence'
export type { TextDoc } from './replica'
export type { SaveState } from './savestate'
export { leftovers } from './leftovers'
export type { Leftover } from './leftovers'
export { openStore } from './storage'
export type { StoredRescue } from './storage'
