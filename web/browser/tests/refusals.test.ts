/** What the service refuses, as a reader of Spanish is told it: what, where, and what to do; never in English. */
import { expect, test } from 'vitest'
import { DESK, PAPER, PHONE } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()

test('a PDF is refused for a character without a font: in Lima one reads which, in which paragraph, and what to do', async () => {
  const adaeze = await stage.enter('Adaeze Obi', { locale: 'es-PE' })
  await adaeze.opens('1')
  await adaeze.puts('after', 'quién cruza una frontera')
  await adaeze.types('中')
  await adaeze.isSaved()
  await adaeze.goesTo(PAPER)
  adaeze.troubles.expect(/export.* 422/)
  await adaeze.clicks('Descargar el texto de hoy en español, PDF')
  const problem = adaeze.page.getByRole('alert').filter({ hasText: 'No se puede hacer el PDF' })
  await problem.waitFor()
  expect(await problem.textContent()).toBe(
    'No se puede hacer el PDF: las fuentes del documento no tienen «中» (U+4E2D) en el párrafo 1. ' +
      'Escríbalo de otro modo en el texto e inténtelo de nuevo. Un borrador sellado no cambia: descárguelo como Word, o corrija el texto y selle otro.',
  )
  for (const viewport of [DESK, PHONE]) {
    await adaeze.page.setViewportSize(viewport)
    await problem.scrollIntoViewIfNeeded()
    expect(await adaeze.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  }
})
