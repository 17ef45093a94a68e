/**
 * Words typed into a form and not sent yet: this device keeps them through an error, a reload and a lost connection, until they
 * are sent or thrown away.
 *
 *     const words = new Unsent(`decide/${amendment.id}`)
 *     <textarea bind:value={words.text}></textarea>      words.settle('')
 */
import { remembered, type Remembered } from './remembered'
import { session } from './session.svelte'

export class Unsent {
  readonly #slot: Remembered
  #text = $state('')
  /** What the server has. */
  #before: string

  /** `name` tells the form and what it is about apart from all others; who else uses this browser, or another hat, does not find its words. `before`: what the field holds when nothing was typed. */
  constructor(name: string, before = '') {
    this.#slot = remembered.unsent(`${name}/${session.seat?.id}`)
    this.#before = before
    this.#text = this.#slot.get() ?? before
  }

  get text(): string {
    return this.#text
  }

  set text(text: string) {
    this.#text = text
    this.#slot.set(text === this.#before ? null : text)
  }

  /** Something was typed that the server has not. */
  get waits(): boolean {
    return this.#text !== this.#before
  }

  /** The server has `sent` now, which was the field's text a moment ago, or what somebody else wrote. What was typed since stays. */
  settle(sent: string): void {
    const untouched = !this.waits || this.#text === sent
    this.#before = sent
    this.text = untouched ? sent : this.#text
  }

  /** Sent: the field is empty again, and nothing is kept. */
  clear(): void {
    this.#before = ''
    this.text = ''
  }
}
