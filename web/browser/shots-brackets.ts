/** Pictures of brackets: in the text, on their cards, on their page. Alone: `node bench/run.mjs browser/shots-brackets.ts FOLDER`. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { launchChromium } from './harness/chromium'
import { DESK, PAPER, Person, PHONE, type Circumstances } from './harness/person'
import { Service } from './harness/service'

export const BRACKETS = `/p/${PAPER.split('/')[2] ?? ''}/brackets`

type Named = (page: string) => string

export async function main([folder]: string[]): Promise<void> {
  if (!folder) throw new Error('usage: node bench/run.mjs browser/shots-brackets.ts FOLDER')
  await mkdir(folder, { recursive: true })
  const [service, browser] = await Promise.all([Service.start(), launchChromium()])
  try {
    for (const [size, viewport] of Object.entries({ '1440x900': DESK, '390x844': PHONE })) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await takeBrackets(browser, service, { locale: 'es-ES', viewport, colorScheme }, (page) => path.join(folder, `${page}-${colorScheme}-${size}.png`))
      }
    }
  } finally {
    await browser.close()
    await service.stop()
  }
}

export async function takeBrackets(browser: Browser, service: Service, circumstances: Circumstances, named: Named): Promise<void> {
  const marta = await Person.arrives(browser, service, 'Marta Roca', circumstances)
  const take = (page: string, fullPage = false) => marta.page.screenshot({ path: named(page), fullPage })
  await marta.goesTo(BRACKETS)
  await marta.seesHeading('Corchetes')
  await marta.button(/^Resueltos \d/).waitFor()
  await take('brackets', true)
  await marta.button('Resolver').first().click()
  await take('brackets-settle', true)
  await marta.button('Cancelar').click()
  await marta.button(/^Resueltos \d/).click()
  await take('brackets-settled', true)

  await marta.opens('2')
  await marta.text.locator('.bracket').first().waitFor()
  await marta.text.getByText('con competencia para ello').first().scrollIntoViewIfNeeded()
  await take('editor-brackets')
  await marta.text.getByText('con competencia para ello').first().click()
  await marta.button('Plegar').waitFor()
  await take('editor-bracket')
  if (circumstances.viewport === DESK) {
    await marta.selects('un informe breve')
    await marta.presses('Control+Alt+b')
    await marta.page.getByLabel('Por qué').waitFor()
    await take('editor-bracket-new')
  }
  await marta.leaves()
}
