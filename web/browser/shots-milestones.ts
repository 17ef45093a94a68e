/** Pictures of the line of time. Alone: `node bench/run.mjs browser/shots-milestones.ts FOLDER`. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { launchChromium } from './harness/chromium'
import { DESK, PAPER, Person, PHONE, type Circumstances } from './harness/person'
import { Service } from './harness/service'

type Named = (page: string) => string

export async function main([folder]: string[]): Promise<void> {
  if (!folder) throw new Error('usage: node bench/run.mjs browser/shots-milestones.ts FOLDER')
  await mkdir(folder, { recursive: true })
  const [service, browser] = await Promise.all([Service.start(), launchChromium()])
  try {
    for (const [size, viewport] of Object.entries({ '1440x900': DESK, '390x844': PHONE })) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await takeMilestones(browser, service, { locale: 'es-ES', viewport, colorScheme }, (page) => path.join(folder, `${page}-${colorScheme}-${size}.png`))
      }
    }
  } finally {
    await browser.close()
    await service.stop()
  }
}

/** As the secretariat sees it, the boxes of its acts, and as Samir reads it. */
export async function takeMilestones(browser: Browser, service: Service, circumstances: Circumstances, named: Named): Promise<void> {
  const ines = await Person.arrives(browser, service, 'Inés Duarte', circumstances)
  const take = (page: string, fullPage = false) => ines.page.screenshot({ path: named(page), fullPage })
  const line = `/p/${PAPER.split('/')[2] ?? ''}/milestones`
  await ines.goesTo(line)
  await ines.page.locator('.preflight, .side .state').first().waitFor()
  await take('milestones')
  await take('milestones-whole', true)
  await ines.clicks('Planificar un borrador')
  await take('milestones-plan')
  await ines.clicks('Cancelar')
  await ines.page.getByRole('button', { name: /^Cancelar el plan de/ }).last().click()
  await take('milestones-cancel')
  await ines.clicks('Mantener el plan')
  await ines.page.getByText('Archivos').first().click()
  await take('milestones-files')
  await ines.leaves()
  const samir = await Person.arrives(browser, service, 'Samir Haddad', circumstances)
  await samir.goesTo(line)
  await samir.page.locator('.line-of-time').waitFor()
  await samir.page.screenshot({ path: named('milestones-read') })
  await samir.leaves()
}
