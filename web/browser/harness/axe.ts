/** What axe-core finds on a page as it stands: WCAG 2.2 A and AA, and good practice. */
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

interface Finding {
  id: string
  help: string
  nodes: { target: unknown[]; failureSummary?: string }[]
}

/** One line for each finding: rule, what it asks, and where. Empty when there is nothing to mend. */
export async function findingsOf(page: Page): Promise<string[]> {
  // Through the driver, because the page's own policy lets no such script in.
  await page.evaluate(AXE)
  const findings = await page.evaluate(async (tags) => {
    const axe = (window as unknown as { axe: { run(root: Document, options: object): Promise<{ violations: Finding[] }> } }).axe
    return (await axe.run(document, { runOnly: { type: 'tag', values: tags } })).violations
  }, TAGS)
  return findings.map(({ id, help, nodes }) => `${id} (${help}): ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
}

/** How many pixels the page can be scrolled sideways: none, if all is well. */
export function sidewaysScroll(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
}
