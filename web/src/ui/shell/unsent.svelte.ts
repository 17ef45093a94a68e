/**
 * The words of one field, kept on this device until they are sent, and what the server has in their place. When somebody else wrote there
 * meanwhile, neither is lost: `theirs` holds the other's words until the person has chosen.
 *
 *     const words = new Unsent(`decide/${amendment.id}`)
 *     <textarea bind:value={words.text}></textarea>      words.clear()
 */
import type { Kept } from '../parts/kept'
import { keptUnderThisHat } from './kept'

interface Typed {
  words: string
  /** What the field held when they were begun. */
  upon: string
}

const isTyped = (found: unknown): found is Typed =>
  typeof found === 'object' && found !== null && typeof (found as Typed).words === 'string' && typeof (found as Typed).upon === 'string'

export class Unsent {
  readonly #kept: Kept<Typed>
  #text = $state('')
  #server = $state('')
  #upon = $state('')
  /** On its way to the server. */
  #sent: string | null = null

  /** `name` tells the form and what it is about apart from all others. `server`: what the field holds when nothing was typed. */
  constructor(name: string, server = '') {
    this.#kept = keptUnderThisHat(name, isTyped)
    const typed = this.#kept.get()
    const words = typed?.words ?? server
    this.#server = server
    this.#text = words
    this.#upon = typed && words !== server ? typed.upon : server
  }

  get text(): string {
    return this.#text
  }

  set text(text: string) {
    this.#text = text
    this.#keep()
  }

  /** Something was typed that the server has not. */
  get waits(): boolean {
    return this.#text !== this.#server
  }

  /** What somebody else has written in the place of the words that these were to follow; `null` when nobody has. Nothing is to be sent until one is chosen. */
  get theirs(): string | null {
    return this.waits && this.#upon !== this.#server ? this.#server : null
  }

  takeTheirs(): void {
    this.text = this.#server
  }

  /** What was typed here is to follow the other's words. */
  keepMine(): void {
    this.#upon = this.#server
    this.#keep()
  }

  /** These words are on their way: when they come back as the server's, they are nobody else's. */
  sending(): string {
    return (this.#sent = this.#text)
  }

  /** The server has this now. What was typed here and not sent stays. */
  heard(server: string): void {
    const own = server === this.#sent
    const untouched = !this.waits
    this.#server = server
    if (untouched) this.#text = server
    if (untouched || own) this.#upon = server
    if (own) this.#sent = null
    this.#keep()
  }

  /** Sent or given up: the field is empty, and nothing is kept. */
  clear(): void {
    this.#server = this.#upon = ''
    this.text = ''
  }

  #keep(): void {
    if (!this.waits) this.#upon = this.#server
    this.#kept.set(this.waits ? { words: this.#text, upon: this.#upon } : null)
  }
}
