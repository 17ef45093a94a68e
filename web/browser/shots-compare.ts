/** Pictures of comparisons. Alone: `node bench/run.mjs browser/shots-compare.ts FOLDER`. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { launchChromium } from './harness/chromium'
import { DESK, PAPER, Person, PHONE, type Circumstances } from './harness/person'
import { Service } from './harness/service'

type Named = (page: string) => string

export async function main([folder]: string[]): Promise<void> {
  if (!folder) throw new Error('usage: node bench/run.mjs browser/shots-compare.ts FOLDER')
  await mkdir(folder, { recursive: true })
  const [service, browser] = await Promise.all([Service.start(), launchChromium()])
  try {
    for (const [size, viewport] of Object.entries({ '1440x900': DESK, '390x844': PHONE })) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await takeComparison(browser, service, { locale: 'es-ES', viewport, colorScheme }, (page) => path.join(folder, `${page}-${colorScheme}-${size}.png`))
      }
    }
  } finally {
    await browser.close()
    await service.stop()
  }
}

/** Since the first sealed draft: the redline, at a change, clean, side by side; and a comparison in which nothing differs. */
export async function takeComparison(browser: Browser, service: Service, circumstances: Circumstances, named: Named): Promise<void> {
  const marta = await Person.arrives(browser, service, 'Marta Roca', circumstances)
  const take = (page: string, fullPage = false) => marta.page.screenshot({ path: named(page), fullPage })
  const { milestones } = (await (await marta.context.request.get(`/api/v1${PAPER}/milestones`)).json()) as { milestones: { id: string }[] }
  const compare = `/p/${PAPER.split('/')[2] ?? ''}/compare`
  await marta.goesTo(`${compare}/${milestones[0]?.id ?? ''}/now?language=es`)
  await marta.page.locator('.comparison').waitFor()
  await take('compare')
  await take('compare-whole', true)
  await marta.clicks('Cambio siguiente')
  await marta.clicks('Cambio siguiente')
  await take('compare-at-change')
  await marta.clicks('En limpio')
  await marta.page.locator('.sealed-text .text').first().waitFor()
  await take('compare-clean')
  if (circumstances.viewport === DESK) {
    await marta.clicks('En paralelo')
    await marta.page.locator('.pair').nth(1).waitFor()
    await take('compare-sides', true)
  }
  await marta.goesTo(`${PAPER}/milestones/${milestones[0]?.id ?? ''}`)
  await marta.page.locator('.views summary').first().click()
  await take('views-of-a-draft')
  await marta.goesTo(PAPER)
  await marta.page.locator('.views summary').first().click()
  await marta.page.locator('.views').first().scrollIntoViewIfNeeded()
  await take('views-of-the-text')
  await marta.goesTo(`${compare}/now/now`)
  await marta.page.locator('.empty').waitFor()
  await take('compare-same')
  await marta.leaves()
}
