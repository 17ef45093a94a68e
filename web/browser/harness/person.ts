/**
 * Somebody of the demonstration with a browser of their own: what they do, in their words, and what they see.
 *
 * Nothing here waits for time to pass. A person waits for what a person waits for: a heading, a word, a caret, "Saved".
 */
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { eventually } from './eventually'
import type { Service } from './service'
import { Troubles } from './troubles'
import { caretAt, edgesOf, selectedWords, type Edge } from './words'

export interface Circumstances {
  /** Language of the browser, and so of the interface. */
  locale?: string
  viewport?: { width: number; height: number }
  colorScheme?: 'light' | 'dark'
  /** Begin as somebody who has not signed in. */
  stranger?: boolean
}

export const DESK = { width: 1440, height: 900 }
export const PHONE = { width: 390, height: 844 }
export const PAPER = '/papers/ciudades-migracion-inclusion'

export class Person {
  private constructor(
    readonly name: string,
    private readonly service: Service,
    readonly context: BrowserContext,
    /** The window they look at; see `inWindow` for another. */
    readonly page: Page,
    readonly troubles: Troubles,
    private seat = '',
  ) {}

  static async arrives(browser: Browser, service: Service, name: string, circumstances: Circumstances = {}): Promise<Person> {
    const { locale = 'en-GB', viewport = DESK, colorScheme = 'light', stranger = false } = circumstances
    const context = await browser.newContext({
      baseURL: service.url, locale, viewport, colorScheme, timezoneId: 'Europe/Madrid', permissions: ['clipboard-read', 'clipboard-write'],
    })
    context.setDefaultTimeout(20_000)
    const troubles = new Troubles(name)
    await troubles.listenTo(context)
    const person = new Person(name, service, context, await context.newPage(), troubles)
    if (!stranger) await person.hasSignedIn()
    return person
  }

  /** Their other window, which shares cookies and what the device keeps. */
  async opensWindow(): Promise<Person> {
    return new Person(this.name, this.service, this.context, await this.context.newPage(), this.troubles, this.seat)
  }

  // ---- coming and going

  get link(): string {
    return this.service.linkOf(this.name)
  }

  /** Without the page: how one signs in is told in `door.test.ts` alone. */
  async hasSignedIn(): Promise<void> {
    const token = new URL(this.link).hash.slice(1)
    const answer = await this.context.request.post('/api/v1/sign-in', { data: { token }, headers: { origin: this.service.url } })
    const me = (await answer.json()) as { seats: { id: string }[] }
    this.seat = me.seats[0].id
  }

  async goesTo(path: string): Promise<void> {
    await this.page.goto(path)
  }

  /** Opens a chapter and waits until its words are in the editor. */
  async opens(chapter: string, language = 'es'): Promise<void> {
    await this.goesTo(`${PAPER}/${language}/${chapter}`)
    await this.text.waitFor()
  }

  async reloads(): Promise<void> {
    await this.page.reload()
  }

  /** All network is gone, the live connection included. */
  async losesConnection(): Promise<void> {
    this.troubles.expectNoNetwork()
    this.lineIsCut()
    await this.context.setOffline(true)
    await this.sees(/^Offline/)
  }

  async findsConnection(): Promise<void> {
    this.lineIsMended()
    await this.context.setOffline(false)
  }

  /** The live connection breaks and cannot be made again; pages still load. */
  lineIsCut(): void {
    this.service.line.cut(this.seat)
  }

  lineIsMended(): void {
    this.service.line.mend(this.seat)
  }

  /** The live connection stays, and nothing gets through in either direction. */
  lineIsHeld(): void {
    this.service.line.hold(this.seat)
  }

  lineIsReleased(): void {
    this.service.line.release(this.seat)
  }

  // ---- the text on the desk

  /** The words of the chapter, in the editor: a text box for whoever writes, a document for whoever reads. */
  get text(): Locator {
    return this.page.locator('#text').getByRole('textbox').or(this.page.locator('#text').getByRole('document'))
  }

  /** The text, one string for each block: what people read, without numbers and without carets. */
  async paragraphs(): Promise<string[]> {
    return this.text.locator('> *').allTextContents()
  }

  /** The block that holds these words. Exactly one must. */
  block(words: string): Locator {
    return this.text.locator('> *').filter({ hasText: words })
  }

  async reads(words: string): Promise<void> {
    await eventually(`${this.name} reads “${words}”`, () => this.paragraphs(), (seen) => seen.some((each) => each.includes(words)))
  }

  async nowhereReads(words: string): Promise<void> {
    await eventually(`${this.name} reads “${words}” nowhere`, () => this.paragraphs(), (seen) => !seen.some((each) => each.includes(words)))
  }

  /** Puts the caret before or after words that stand in the text. */
  async puts(edge: Edge, words: string): Promise<void> {
    await this.text.evaluate(caretAt, { edge, words })
    await this.oneFrame()
  }

  /** Selects words that stand in one block. */
  async selects(words: string): Promise<void> {
    await this.puts('around', words)
    await eventually(`“${words}” is selected`, () => this.page.evaluate(selectedWords), (selected) => selected === words)
  }

  /** Selects words that stand on one line, with the mouse. */
  async drags(words: string): Promise<void> {
    const { from, to } = await this.text.evaluate(edgesOf, words)
    await this.page.mouse.move(from.x, from.y)
    await this.page.mouse.down()
    await this.page.mouse.move(to.x, to.y, { steps: 4 })
    await this.page.mouse.up()
    await eventually(`“${words}” is selected`, () => this.page.evaluate(selectedWords), (selected) => selected === words)
  }

  async types(words: string): Promise<void> {
    await this.page.keyboard.type(words)
  }

  async presses(...keys: string[]): Promise<void> {
    for (const key of keys) {
      await this.page.keyboard.press(key)
      await this.oneFrame()
    }
  }

  /** Pages hear of a moved selection a moment later; people are slower than that, and the driver is not. */
  private async oneFrame(): Promise<void> {
    await this.page.evaluate(() => new Promise((painted) => requestAnimationFrame(() => setTimeout(painted))))
  }

  /** The state of saving, in words. */
  get saveWords(): Locator {
    return this.page.getByRole('banner').locator('.state')
  }

  async isSaved(): Promise<void> {
    await eventually(`all that ${this.name} wrote is saved`, () => this.saveWords.textContent(), (words) => /^(Saved|Guardado)/.test(words ?? ''))
  }

  // ---- the page around it

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' })
  }

  async clicks(name: string | RegExp): Promise<void> {
    await this.button(name).click()
  }

  /** Copies what is selected, and waits until the clipboard has it: programs hand things over in their own time. */
  async copies(): Promise<void> {
    const selected = await this.page.evaluate(selectedWords)
    const start = selected.slice(0, 40).split('\n')[0]
    await this.presses('Control+c')
    await eventually('the clipboard has it', () => this.page.evaluate(() => navigator.clipboard.readText()), (words) => words.startsWith(start))
  }

  /** Waits until words are to be seen, anywhere on the page. */
  async sees(words: string | RegExp): Promise<void> {
    await this.page.getByText(words).filter({ visible: true }).first().waitFor()
  }

  async seesHeading(name: string | RegExp): Promise<void> {
    await this.page.getByRole('heading', { name }).first().waitFor()
  }

  async leaves(): Promise<void> {
    await this.context.close()
  }
}
