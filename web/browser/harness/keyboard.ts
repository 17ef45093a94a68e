/**
 * Somebody without a mouse: they go from control to control with Tab, and know only what has the focus and what a screen reader was told.
 *
 *     const keys = await Keys.of(adaeze)
 *     await keys.presses(await keys.reaches('button', 'Send one comment'), 'Enter')
 *
 * Role and name of what has the focus are those that Chromium gives to assistive technology, not what the page's source says.
 */
import type { CDPSession, Page } from 'playwright-core'
import { eventually } from './eventually'
import type { Person } from './person'

export interface Focused {
  role: string
  name: string
  /** What describes it beyond its name, such as the remark that a button belongs to. */
  description: string
}

interface How {
  by?: 'Tab' | 'Shift+Tab'
  within?: number
  /** Among several of this name, the one that is described like this. */
  about?: RegExp
}

/** Further away than this, a person gives up and calls somebody with a mouse. */
const TABS_AT_MOST = 25
const LOOKS_FOR_MS = 10_000

export class Keys {
  private constructor(
    private readonly page: Page,
    private readonly browser: CDPSession,
  ) {}

  /** Before their first page is opened: what is told to a screen reader is noted from then on. */
  static async of({ page }: Person): Promise<Keys> {
    await page.addInitScript(noteWhatIsTold)
    const browser = await page.context().newCDPSession(page)
    await browser.send('Accessibility.enable')
    return new Keys(page, browser)
  }

  // ---- going about

  /** Tabs on until this has the focus. Fails, with all that was passed, when it is too far away or there is no such thing. */
  async reaches(role: string, name: string | RegExp, { by = 'Tab', within = TABS_AT_MOST, about }: How = {}): Promise<void> {
    await this.looksFor(role, name)
    const passed: string[] = []
    for (let tabs = 0; tabs < within; tabs++) {
      await this.page.keyboard.press(by)
      const focused = await this.focused()
      if (fits(focused, role, name) && (!about || about.test(focused.description))) return
      passed.push(told(focused))
    }
    throw new Error(`no ${role} “${name}” within ${within} times ${by}; passed:\n${passed.join('\n')}`)
  }

  /** People see that it is there before they set out. When it never comes, Tab tells what there is instead. */
  private async looksFor(role: string, name: string | RegExp): Promise<void> {
    const there = this.page.getByRole(role as Parameters<Page['getByRole']>[0], { name, exact: typeof name === 'string' }).first()
    await there.waitFor({ state: 'attached', timeout: LOOKS_FOR_MS }).catch(() => null)
  }

  /** Reaches a button, a link or a box, and presses it: Space ticks a box, Enter does the rest. */
  async activates(role: 'button' | 'link' | 'checkbox', name: string | RegExp, how: How = {}): Promise<void> {
    await this.reaches(role, name, how)
    await this.page.keyboard.press(role === 'checkbox' ? 'Space' : 'Enter')
  }

  /** Reaches a field and types into it; what stood there is written over. */
  async fills(name: string | RegExp, words: string, role = 'textbox'): Promise<void> {
    await this.reaches(role, name)
    await this.page.keyboard.press('Control+a')
    await this.page.keyboard.type(words)
  }

  /** Reaches a list of choices and types the beginning of one. */
  async chooses(name: string | RegExp, option: string): Promise<void> {
    await this.reaches('combobox', name)
    await this.page.keyboard.type(option)
    await eventually(`“${option}” is chosen`, () => this.page.evaluate(() => (document.activeElement as HTMLSelectElement).selectedOptions[0]?.label ?? ''), (label) => label.startsWith(option))
  }

  /** Reaches a group of choices, of which one is a stop for Tab, and goes through it with the arrows. */
  async picks(name: RegExp): Promise<void> {
    for (let tabs = 0; tabs < TABS_AT_MOST; tabs++) {
      await this.page.keyboard.press('Tab')
      if ((await this.focused()).role === 'radio') break
    }
    await this.page.keyboard.press('Space')
    for (let steps = 0; steps < 12; steps++) {
      if (fits(await this.focused(), 'radio', name)) return
      await this.page.keyboard.press('ArrowDown')
    }
    throw new Error(`no choice ${name}; the last was ${told(await this.focused())}`)
  }

  async presses(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key)
  }

  async types(words: string): Promise<void> {
    await this.page.keyboard.type(words)
  }

  // ---- where they are, and what they are told

  /** The focus comes to rest here: after a box opened or closed, after an error, after a change of page. */
  async isOn(role: string, name: string | RegExp): Promise<void> {
    await eventually(`the focus is on ${role} “${name}”`, () => this.focused(), (focused) => fits(focused, role, name))
  }

  /** What has the focus, as assistive technology is told. */
  async focused(): Promise<Focused> {
    const { result } = await this.browser.send('Runtime.evaluate', { expression: 'document.activeElement ?? document.body' })
    if (!result.objectId) return { role: 'none', name: '', description: '' }
    const { nodes } = await this.browser.send('Accessibility.getPartialAXTree', { objectId: result.objectId, fetchRelatives: false })
    const [node] = nodes
    return { role: String(node?.role?.value ?? 'none'), name: String(node?.name?.value ?? ''), description: String(node?.description?.value ?? '') }
  }

  /** A live region of the page said this since the last page was loaded. */
  async hears(words: RegExp): Promise<void> {
    await eventually(`a screen reader was told ${words}`, () => this.page.evaluate(() => (window as unknown as { told: string[] }).told), (all) => all.some((each) => words.test(each)))
  }
}

function fits(focused: Focused, role: string, name: string | RegExp): boolean {
  return focused.role === role && (typeof name === 'string' ? focused.name === name : name.test(focused.name))
}

const told = ({ role, name }: Focused) => `${role} “${name}”`

/**
 * Runs in the page. A region is heard when its words change while it stands there; one that appears with its words in it is heard only
 * if it is an alert, as most screen readers have it.
 */
function noteWhatIsTold(): void {
  const said: string[] = []
  ;(window as unknown as { told: string[] }).told = said
  const LIVE = '[role="status"], [role="alert"], [role="log"], [aria-live="polite"], [aria-live="assertive"]'
  const note = (region: Element) => {
    const words = region.textContent?.replace(/\s+/g, ' ').trim()
    if (words) said.push(words)
  }
  const elementOf = (node: Node) => (node instanceof Element ? node : node.parentElement)
  new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes) {
      const around = elementOf(target)?.closest(LIVE)
      if (around) note(around)
      for (const added of addedNodes) {
        if (!(added instanceof Element)) continue
        for (const alert of [added, ...added.querySelectorAll('*')]) if (alert.getAttribute('role') === 'alert') note(alert)
      }
    }
  }).observe(document, { subtree: true, childList: true, characterData: true })
}
