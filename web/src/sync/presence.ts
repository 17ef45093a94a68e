/**
 * Who else has this text open, and where their carets are. Carets are Automerge cursors, so they stay with their words.
 *
 * Nothing is remembered by the server: each window announces itself when it opens the text, when its caret moves, when
 * somebody new appears, and now and then, so that silence means absence.
 */
import { encode } from 'cborg'
import { decodeMap, FrameError, text } from './frames'

export interface PresentPerson {
  /** One window of one person; the server's name for it. */
  connection: string
  /** UUID of the seat, by the server's word. */
  seat: string
  /** Automerge cursors; `null` while the text has no caret. `anchor` is the other end of a selection. */
  caret: string | null
  anchor: string | null
  /** When the caret last moved, in ms of the clock given to `handle`. */
  movedAt: number
}

/** A caret that moves is announced at most this often: the server drops more than 20 a second. */
const ANNOUNCE_EVERY_MS = 100
/** A resting one repeats itself this often. */
const REPEAT_EVERY_MS = 20_000
/** Newcomers are greeted within this time, at a random moment, so that fifty windows do not answer at once. */
const GREET_WITHIN_MS = 500
/** Who is silent for so long is taken as gone. */
const GONE_AFTER_MS = 45_000

export class Presence {
  readonly #others = new Map<string, PresentPerson & { heardAt: number }>()
  #caret: string | null = null
  #anchor: string | null = null
  #sentAt = -Infinity
  #sendAt = Infinity

  /** `random` gives numbers from 0 up to 1. */
  constructor(private readonly random: () => number) {}

  /** The text is open on a new connection: announce at once. The others are asked again by that, so the list starts empty. */
  connected(now: number): void {
    this.#others.clear()
    this.#sendAt = now
  }

  disconnected(): void {
    this.#others.clear()
    this.#sendAt = Infinity
  }

  moveTo(now: number, caret: string | null, anchor: string | null): void {
    if (caret === this.#caret && anchor === this.#anchor) return
    this.#caret = caret
    this.#anchor = anchor
    if (this.#sendAt < Infinity) this.#sendAt = Math.min(this.#sendAt, Math.max(now, this.#sentAt + ANNOUNCE_EVERY_MS))
  }

  /** Data of an ephemeral frame. True when the list changed. Data of another version is ignored; broken data throws [[FrameError]]. */
  hear(now: number, data: Uint8Array): boolean {
    const fields = decodeMap(data)
    if (fields.get('v') !== 1) return false
    const connection = text(fields, 'connection')
    if (fields.get('gone') === true) return this.#others.delete(connection)

    const caret = cursor(fields, 'caret')
    const anchor = cursor(fields, 'anchor')
    const before = this.#others.get(connection)
    const moved = before === undefined || before.caret !== caret || before.anchor !== anchor
    const movedAt = moved ? now : before.movedAt
    this.#others.set(connection, { connection, seat: text(fields, 'seat'), caret, anchor, movedAt, heardAt: now })
    if (before === undefined) this.#sendAt = Math.min(this.#sendAt, now + this.random() * GREET_WITHIN_MS)
    return moved
  }

  /** Drops who has been silent too long. True when the list changed. */
  expire(now: number): boolean {
    const before = this.#others.size
    for (const [connection, { heardAt }] of this.#others) {
      if (now - heardAt >= GONE_AFTER_MS) this.#others.delete(connection)
    }
    return this.#others.size < before
  }

  /** What to announce now, or `null` when nothing is due. */
  announcement(now: number): Uint8Array | null {
    if (now < this.#sendAt) return null
    this.#sentAt = now
    this.#sendAt = now + REPEAT_EVERY_MS
    return encode({ v: 1, caret: this.#caret, anchor: this.#anchor })
  }

  /** What to say when this window leaves the text while its connection stays: that the caret is nowhere. */
  farewell(): Uint8Array {
    return encode({ v: 1, caret: null, anchor: null })
  }

  /** When `announcement` or `expire` has something to do. */
  deadline(): number {
    const silences = [...this.#others.values()].map(({ heardAt }) => heardAt + GONE_AFTER_MS)
    return Math.min(this.#sendAt, ...silences)
  }

  /** In the order in which they came. */
  list(): PresentPerson[] {
    return [...this.#others.values()].map(({ heardAt: _, ...person }) => person)
  }
}

function cursor(fields: Map<string, unknown>, key: string): string | null {
  const value = fields.get(key)
  if (value === null || typeof value === 'string') return value
  throw new FrameError(`\`${key}\` is neither a cursor nor null`)
}
