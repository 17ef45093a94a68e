/** Pictures of tables, notes, pictures and citations in the text, and of the sources' page. Alone: `node bench/run.mjs browser/shots-objects.ts FOLDER`. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { launchChromium } from './harness/chromium'
import { DESK, PAPER, Person, PHONE, type Circumstances } from './harness/person'
import { png } from './harness/png'
import { Service } from './harness/service'

const SOURCES = `/p/${PAPER.split('/')[2] ?? ''}/sources`

type Named = (page: string) => string

export async function main([folder]: string[]): Promise<void> {
  if (!folder) throw new Error('usage: node bench/run.mjs browser/shots-objects.ts FOLDER')
  await mkdir(folder, { recursive: true })
  const [service, browser] = await Promise.all([Service.start(), launchChromium()])
  try {
    const chapters = ['3', '5', '2', '8']
    for (const [size, viewport] of Object.entries({ '1440x900': DESK, '390x844': PHONE })) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await takeObjects(browser, service, { locale: 'es-ES', viewport, colorScheme }, (page) => path.join(folder, `${page}-${colorScheme}-${size}.png`), chapters.shift() ?? '4')
      }
    }
  } finally {
    await browser.close()
    await service.stop()
  }
}

/** One chapter for each look, since what is written in one is in the text for the next. */
export async function takeObjects(browser: Browser, service: Service, circumstances: Circumstances, named: Named, chapter: string): Promise<void> {
  const marta = await Person.arrives(browser, service, 'Marta Roca', circumstances)
  const take = (page: string, fullPage = false) => marta.page.screenshot({ path: named(page), fullPage })
  const dialog = marta.page.getByRole('dialog').filter({ visible: true })
  await marta.opens(chapter)
  if (circumstances.viewport === PHONE) await marta.button('Escribir').click()
  const [, first] = await marta.paragraphs()
  await marta.puts('after', first!.slice(-20))
  await marta.button(/^Tabla/).click()
  await take('table-menu')
  await dialog.getByRole('button', { name: 'Insertar la tabla' }).click()
  for (const word of ['Ciudad', 'Ventanilla', 'Personas atendidas', 'Túnez', 'Sí, desde 2015', '4.120', 'Lyon', 'En dos distritos', '11.300']) {
    await marta.types(word)
    await marta.presses('Tab')
  }
  await marta.presses('Control+z')
  await take('table')
  await marta.button(/^Tabla/).click()
  await take('table-acts')
  await marta.presses('Escape', 'Control+Enter')

  await marta.puts('after', (await marta.paragraphs())[1]!.slice(-20))
  await marta.presses('Control+Alt+f')
  await take('note-empty')
  await marta.types('Red Ciudad a Ciudad, informe de la tercera reunión, Túnez, 2015, págs. 12 a 14.')
  await take('note')
  await marta.presses('Enter')
  await take('note-closed')
  await marta.presses('Control+Alt+c')
  await dialog.getByRole('button', { name: 'Añadir una fuente' }).click()
  await take('source-form')
  await dialog.getByLabel('Autoría').fill('Harvey, David')
  await dialog.getByLabel('Título').fill('The Right to the City')
  await dialog.getByLabel('Año').fill('2008')
  await dialog.getByRole('button', { name: 'Añadir y citar' }).click()
  await marta.text.locator('cite').first().hover()
  await take('citation')
  await marta.presses('Control+Alt+c')
  await take('cite')
  await dialog.getByRole('button', { name: 'Cancelar' }).click()

  await marta.button(/^Imagen/).click()
  await dialog.getByLabel('Archivo').setInputFiles({ name: 'plaza.png', mimeType: 'image/png', buffer: png(900, 420) })
  await dialog.getByLabel('Qué muestra').fill('Una plaza con mercado, vista desde el ayuntamiento')
  await dialog.getByLabel('De quién es').fill('Ayuntamiento de Túnez')
  await take('picture-dialog')
  await dialog.getByRole('button', { name: 'Insertar', exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
  await marta.types('El mercado de la plaza, donde se abrió la primera ventanilla.')
  await marta.text.locator('figure').first().scrollIntoViewIfNeeded()
  await take('picture')
  await marta.goesTo(SOURCES)
  await marta.seesHeading('Fuentes')
  await take('sources', true)
  await marta.leaves()
}
