/** Pictures of what everybody may read. Alone: `node bench/run.mjs browser/shots-public.ts FOLDER`. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { launchChromium } from './harness/chromium'
import { DESK, PAPER, Person, PHONE, type Circumstances } from './harness/person'
import { Service } from './harness/service'

type Named = (page: string) => string

export async function main([folder]: string[]): Promise<void> {
  if (!folder) throw new Error('usage: node bench/run.mjs browser/shots-public.ts FOLDER')
  await mkdir(folder, { recursive: true })
  const [service, browser] = await Promise.all([Service.start(), launchChromium()])
  try {
    for (const [size, viewport] of Object.entries({ '1440x900': DESK, '390x844': PHONE })) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await takePublic(browser, service, { locale: 'es-ES', viewport, colorScheme }, (page) => path.join(folder, `${page}-${colorScheme}-${size}.png`))
      }
    }
  } finally {
    await browser.close()
    await service.stop()
  }
}

/** The first sealed draft: what Inés reads before she publishes it; its page in two languages and at a paragraph; the list; withdrawn. */
export async function takePublic(browser: Browser, service: Service, circumstances: Circumstances, named: Named): Promise<void> {
  const ines = await Person.arrives(browser, service, 'Inés Duarte', circumstances)
  const take = (page: string, fullPage = false) => ines.page.screenshot({ path: named(page), fullPage })
  const { milestones } = (await (await ines.context.request.get(`/api/v1${PAPER}/milestones`)).json()) as { milestones: { id: string }[] }
  const draft = milestones[0]?.id ?? ''
  const at = `/p/${PAPER.split('/')[2] ?? ''}`
  await ines.goesTo(`${PAPER}/milestones/${draft}`)
  await ines.clicks('Publicar')
  await ines.button('Publicar para todo el mundo').waitFor()
  await take('public-asked')
  await ines.clicks('Publicar para todo el mundo')
  await ines.sees(/Público desde/)
  await take('public-milestone')
  for (const language of ['es', 'en']) {
    await ines.page.goto(`${at}/${draft}?lang=${language}`)
    await take(`public-${language}`)
  }
  await take('public-whole', true)
  await ines.page.locator('[data-number="7"] a.number').click()
  await take('public-at-paragraph')
  await ines.page.getByRole('heading', { name: 'How to cite this draft' }).scrollIntoViewIfNeeded()
  await take('public-foot')
  await ines.page.goto(`${at}?lang=es`)
  await take('public-list')
  const withdrawn = await ines.context.request.post(`/api/v1/milestones/${draft}/withdraw`, { data: { reason: 'El anexo nombra a personas.' } })
  if (!withdrawn.ok()) throw new Error(await withdrawn.text())
  await ines.page.goto(`${at}/${draft}?lang=es`)
  await take('public-withdrawn')
  await ines.leaves()
}
