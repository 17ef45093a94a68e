/** Pictures of a Word file on its way to being a paper. Alone: `node bench/run.mjs browser/shots-word.ts FOLDER`. */
import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { launchChromium } from './harness/chromium'
import { DESK, Person, PHONE, type Circumstances } from './harness/person'
import { Service } from './harness/service'

type Named = (page: string) => string

const FILE = path.resolve(import.meta.dirname, '../../fixtures/import/encargo.docx')

export async function main([folder]: string[]): Promise<void> {
  if (!folder) throw new Error('usage: node bench/run.mjs browser/shots-word.ts FOLDER')
  await mkdir(folder, { recursive: true })
  const [service, browser] = await Promise.all([Service.start(), launchChromium()])
  try {
    let nth = 0
    for (const [size, viewport] of Object.entries({ '1440x900': DESK, '390x844': PHONE })) {
      for (const colorScheme of ['light', 'dark'] as const) {
        nth += 1
        await takeWord(browser, service, { locale: 'es-ES', viewport, colorScheme }, (page) => path.join(folder, `${page}-${colorScheme}-${size}.png`), nth)
      }
    }
  } finally {
    await browser.close()
    await service.stop()
  }
}

/** The same file is never taken in twice, so the `nth` one has so many bytes behind its end. */
export async function takeWord(browser: Browser, service: Service, circumstances: Circumstances, named: Named, nth: number): Promise<void> {
  const ines = await Person.arrives(browser, service, 'Inés Duarte', circumstances)
  const take = (page: string) => ines.page.screenshot({ path: named(page) })
  const dialog = ines.page.getByRole('dialog').filter({ visible: true })
  await ines.goesTo('/')
  await ines.clicks('Traer un archivo de Word')
  await take('word-empty')
  await dialog.getByRole('button', { name: 'Ver qué resulta' }).click()
  await dialog.getByText('Elija primero un archivo.').waitFor()
  await take('word-problem')
  await dialog.getByLabel('Archivo de Word (.docx)').setInputFiles({ name: 'encargo.docx', mimeType: 'application/octet-stream', buffer: Buffer.concat([await readFile(FILE), Buffer.alloc(nth)]) })
  await dialog.getByLabel('Título del documento').fill('Encargo de la ciudad')
  await dialog.getByLabel('Nombre en la dirección').fill(`encargo-de-la-ciudad-${nth}`)
  await take('word-chosen')
  await dialog.getByRole('button', { name: 'Ver qué resulta' }).click()
  await dialog.getByRole('heading', { name: 'Qué resulta del archivo' }).waitFor()
  await take('word-looked')
  await dialog.getByRole('button', { name: 'Crear el documento' }).click()
  await dialog.getByRole('heading', { name: 'El documento está creado' }).waitFor()
  await take('word-made')
  await dialog.getByRole('button', { name: 'Cerrar' }).click()
  await ines.page.getByRole('link', { name: 'Encargo de la ciudad' }).first().waitFor()
  await take('word-home')
  await ines.leaves()
}
