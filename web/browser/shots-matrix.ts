/** Pictures of the matrix: its rows, a remark and an amendment opened, a row's answers together, and a file that was looked at. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { launchChromium } from './harness/chromium'
import { DESK, Person, PHONE, type Circumstances } from './harness/person'
import { Service } from './harness/service'

const MATRIX = '/p/ciudades-migracion-inclusion/matrix'
const FILE = `Párrafo,Observaciones,Cambio propuesto
5,"¿Quién lo paga, y desde cuándo?",
6,,una vivienda digna para todas las personas
,,
`

/** These pictures alone: `node bench/run.mjs browser/shots-matrix.ts FOLDER`. */
export async function main([folder = '.']: string[]): Promise<void> {
  await mkdir(folder, { recursive: true })
  const [service, browser] = await Promise.all([Service.start(), launchChromium()])
  try {
    for (const [size, viewport] of Object.entries({ '1440x900': DESK, '390x844': PHONE })) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await takeMatrix(browser, service, { locale: 'es-ES', viewport, colorScheme }, (page) => path.join(folder, `${page}-${colorScheme}-${size}.png`))
      }
    }
  } finally {
    await browser.close()
    await service.stop()
  }
}

export async function takeMatrix(browser: Browser, service: Service, circumstances: Circumstances, named: (page: string) => string): Promise<void> {
  const jonas = await Person.arrives(browser, service, 'Jonas Lindqvist', circumstances)
  const take = (page: string) => jonas.page.screenshot({ path: named(page) })
  await jonas.goesTo(MATRIX)
  await jonas.page.locator('.canvas [data-row] .says').first().waitFor()
  await take('matrix')
  const amendment = jonas.page.getByRole('row', { name: /^Enmienda \d+,.*Sin respuesta$/ }).first()
  const kinds = jonas.page.getByRole('combobox', { name: 'Tipo', exact: true })
  if (!(await kinds.isVisible())) await jonas.page.getByText('Filtros', { exact: true }).click()
  await kinds.selectOption({ label: 'Enmienda' })
  await amendment.waitFor()
  await take('matrix-amendments')
  await amendment.click()
  await jonas.page.getByRole('link', { name: 'Abrir la enmienda' }).first().waitFor()
  await take('matrix-amendment')
  await jonas.leaves()

  const adaeze = await Person.arrives(browser, service, 'Adaeze Obi', circumstances)
  await adaeze.goesTo(MATRIX)
  await adaeze.clicks('Traer un archivo')
  await adaeze.page.getByLabel('Archivo', { exact: true }).setInputFiles({ name: 'observaciones.csv', mimeType: 'text/csv', buffer: Buffer.from(FILE) })
  await adaeze.clicks('Mirarlo')
  await adaeze.button('Desechar el archivo').waitFor()
  await adaeze.page.screenshot({ path: named('matrix-file') })
  await adaeze.clicks('Desechar el archivo')
  await adaeze.leaves()
}
