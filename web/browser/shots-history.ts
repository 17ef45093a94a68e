/** Pictures of the history of a chapter. Alone: `node bench/run.mjs browser/shots-history.ts FOLDER`. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { launchChromium } from './harness/chromium'
import { DESK, PAPER, Person, PHONE, type Circumstances } from './harness/person'
import { Service } from './harness/service'

type Named = (page: string) => string

export async function main([folder]: string[]): Promise<void> {
  if (!folder) throw new Error('usage: node bench/run.mjs browser/shots-history.ts FOLDER')
  await mkdir(folder, { recursive: true })
  const [service, browser] = await Promise.all([Service.start(), launchChromium()])
  try {
    for (const [size, viewport] of Object.entries({ '1440x900': DESK, '390x844': PHONE })) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await takeHistory(browser, service, { locale: 'es-ES', viewport, colorScheme }, (page) => path.join(folder, `${page}-${colorScheme}-${size}.png`))
      }
    }
  } finally {
    await browser.close()
    await service.stop()
  }
}

/** The timeline, a sitting with what changed in it, and what a restoration would change. */
export async function takeHistory(browser: Browser, service: Service, circumstances: Circumstances, named: Named): Promise<void> {
  const marta = await Person.arrives(browser, service, 'Marta Roca', circumstances)
  const take = (page: string) => marta.page.screenshot({ path: named(page) })
  const phone = circumstances.viewport === PHONE
  await marta.goesTo(`/p/${PAPER.split('/')[2] ?? ''}/history/1?language=es`)
  await marta.page.locator('.moment').first().waitFor()
  if (!phone) await marta.page.locator('.past').waitFor()
  await take('history')
  const count = await marta.page.locator('.moment').count()
  await marta.page.locator('.moment').nth(count - 3).click()
  await marta.page.locator('.then[aria-busy="false"] .past').waitFor()
  await marta.page.locator('.past-entry .restore button').first().focus()
  await take('history-sitting')
  await marta.clicks('Recuperar este capítulo')
  await marta.page.locator('.preview .red-chapter').waitFor()
  await take('history-restore')
  await marta.clicks('Cancelar')
  await marta.leaves()
}
