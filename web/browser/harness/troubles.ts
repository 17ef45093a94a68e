/**
 * What a browser complains about while a person works: errors in the console, exceptions nobody caught, violations of the
 * Content-Security-Policy. A test ends well only when there was none but those it announced.
 */
import type { BrowserContext } from 'playwright-core'

/** The page asks who is signed in; for nobody, the browser reports the answer 401 as an error of its own. */
const ALWAYS_FINE = [/\/api\/v1\/me.* 401/]

const WITHOUT_NETWORK = [/Failed to load resource: net::ERR_/, /WebSocket connection to .* failed/]

export class Troubles {
  private readonly found: string[] = []
  private readonly fine = [...ALWAYS_FINE]

  constructor(private readonly name: string) {}

  async listenTo(context: BrowserContext): Promise<void> {
    context.on('console', (message) => {
      if (message.type() === 'error') this.found.push(`${message.location().url} ${message.text()}`)
    })
    context.on('weberror', (fault) => this.found.push(`not caught: ${fault.error().stack ?? fault.error().message}`))
  }

  /** From now on, complaints like this one are part of the story. */
  expect(complaint: RegExp): void {
    this.fine.push(complaint)
  }

  expectNoNetwork(): void {
    this.fine.push(...WITHOUT_NETWORK)
  }

  /** Everything that was not announced, and forgets it. */
  take(): string[] {
    return this.found.splice(0).filter((each) => !this.fine.some((known) => known.test(each))).map((each) => `${this.name}: ${each}`)
  }
}
