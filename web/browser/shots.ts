/**
 * Pictures of every page, for people to look at: `npm run shots -- FOLDER`.
 *
 * At a desk and on a phone, light and dark; with two people writing, a comment open, and a sealed draft. Built on the tests'
 * harness, but nothing is judged here.
 */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { launchChromium } from './harness/chromium'
import { DESK, PAPER, Person, PHONE, type Circumstances } from './harness/person'
import { Service } from './harness/service'
import { takeAgreement, theyTakePositions } from './shots-agreement'
import { takeMatrix } from './shots-matrix'
import { takePublic } from './shots-public'
import { takeBrackets } from './shots-brackets'
import { takeComparison } from './shots-compare'
import { takeObjects } from './shots-objects'
import { takeWord } from './shots-word'
import { takeHistory } from './shots-history'
import { takeMilestones } from './shots-milestones'

const REVIEW = '/p/ciudades-migracion-inclusion/review'
const DESK_OF_COMPONENT = '/p/ciudades-migracion-inclusion/desk'
const ANSWERS = '/p/ciudades-migracion-inclusion/answers'
/** One for each look, since what is accepted in one is in the text for the next. */
const AMENDED = ['4', '5', '2', '8']
const WIDTHS = { '1440x900': DESK, '390x844': PHONE }
const SCHEMES = ['light', 'dark'] as const

export async function main([folder]: string[]): Promise<void> {
  if (!folder) throw new Error('usage: npm run shots -- FOLDER')
  await mkdir(folder, { recursive: true })
  const [service, browser] = await Promise.all([Service.start(), launchChromium()])
  try {
    await takeAll(browser, service, folder)
  } finally {
    await browser.close()
    await service.stop()
  }
}

async function takeAll(browser: Browser, service: Service, folder: string): Promise<void> {
  const adaeze = await Person.arrives(browser, service, 'Adaeze Obi')
  const milestone = await sealedDraft(browser, service)
  await theyTakePositions(browser, service)
  const chapters = [...AMENDED]
  for (const [size, viewport] of Object.entries(WIDTHS)) {
    for (const colorScheme of SCHEMES) {
      const chapter = chapters.shift() ?? '4'
      const circumstances = { locale: 'es-ES', viewport, colorScheme }
      const named = (page: string) => path.join(folder, `${page}-${colorScheme}-${size}.png`)
      await takeStranger(browser, service, circumstances, named)
      await takePeople(browser, service, circumstances, named)
      await takeAgreement(browser, service, circumstances, named)
      await takeBrackets(browser, service, circumstances, named)
      await takeComparison(browser, service, circumstances, named)
      await takeHistory(browser, service, circumstances, named)
      await takeMilestones(browser, service, circumstances, named)
      await takeReview(browser, service, circumstances, named)
      await takePublic(browser, service, circumstances, named)
      await takeMatrix(browser, service, circumstances, named)
      await takeAnswers(browser, service, circumstances, named)
      // Papers of its own, which the pages after it show.
      await takeWord(browser, service, circumstances, named, AMENDED.length - chapters.length)
      await takeMarta(browser, service, circumstances, named, { adaeze, milestone, chapter })
      // Last, because it writes into the chapter that was amended.
      await takeObjects(browser, service, circumstances, named, chapter)
    }
  }
}

type Named = (page: string) => string

async function takeStranger(browser: Browser, service: Service, circumstances: Circumstances, named: Named): Promise<void> {
  const stranger = await Person.arrives(browser, service, 'Marta Roca', { ...circumstances, stranger: true })
  await stranger.goesTo('/sign-in')
  await stranger.seesHeading('Entrar en Borrador')
  await stranger.page.screenshot({ path: named('sign-in') })
  await stranger.leaves()
}

/** The components and their people, and the boxes in which the secretariat keeps them. */
async function takePeople(browser: Browser, service: Service, circumstances: Circumstances, named: Named): Promise<void> {
  const ines = await Person.arrives(browser, service, 'Inés Duarte', circumstances)
  const take = (page: string) => ines.page.screenshot({ path: named(page) })
  await ines.goesTo('/people')
  await ines.sees('Secciones')
  await take('people')
  await ines.page.getByLabel('Buscar un componente o una persona').fill('tun')
  await ines.button('Cambiar el puesto de Nadia Bel').waitFor()
  await take('people-found')
  await ines.clicks('Cambiar el puesto de Nadia Bel')
  await ines.button(/permiso de escritura en «/).first().waitFor()
  await take('people-seat')
  await ines.presses('Escape')
  await ines.button('Invitar a alguien').first().click()
  await ines.page.getByLabel('Dirección de correo').fill('lucia.peral@example.org')
  await ines.page.getByLabel('Nombre', { exact: true }).fill('Lucía Peral')
  await take('people-invite')
  await ines.clicks('Cancelar')
  await ines.clicks('Añadir un componente')
  await take('people-component')
  await ines.clicks('Cancelar')
  await ines.page.getByLabel('Buscar un componente o una persona').fill('')
  await ines.clicks('Por persona')
  await take('people-by-person')
  await ines.leaves()
}

async function takeMarta(browser: Browser, service: Service, circumstances: Circumstances, named: Named, { adaeze, milestone, chapter }: { adaeze: Person; milestone: string; chapter: string }): Promise<void> {
  const marta = await Person.arrives(browser, service, 'Marta Roca', circumstances)
  const take = (page: string, fullPage = false) => marta.page.screenshot({ path: named(page), fullPage })
  await marta.goesTo('/')
  await marta.sees('Calendario')
  await take('home')
  await marta.goesTo(PAPER)
  await marta.seesHeading('Capítulos')
  await take('paper')

  await adaeze.opens('3')
  await marta.opens('3')
  await adaeze.puts('after', 'con atribuciones y medios')
  await adaeze.presses('ArrowRight', 'ArrowLeft')
  await marta.page.locator('.caret.named').waitFor()
  await take('editor')
  await marta.text.getByText('con atribuciones y medios').first().click()
  await marta.button('Dar por resuelto').waitFor()
  await take('editor-comment')

  await takeAmendments(browser, service, marta, circumstances, chapter, (page, whose = marta, fullPage = false) => whose.page.screenshot({ path: named(page), fullPage }))
  await takeRights(browser, service, marta, circumstances, (page, whose = marta) => whose.page.screenshot({ path: named(page) }))
  await marta.goesTo(milestone)
  await marta.seesHeading('Borrador de Bogotá')
  await marta.page.locator('.sealed-text .text').first().waitFor()
  await take('milestone')
  await take('milestone-whole', true)
  await marta.leaves()
}

/** The running round as the secretariat sees it, the plan of another, and the desk of a section. */
async function takeReview(browser: Browser, service: Service, circumstances: Circumstances, named: Named): Promise<void> {
  const ines = await Person.arrives(browser, service, 'Inés Duarte', circumstances)
  await ines.goesTo('/')
  await ines.sees('Calendario')
  await ines.page.screenshot({ path: named('home-secretariat') })
  await ines.goesTo(REVIEW)
  await ines.seesHeading('Segunda lectura')
  await ines.page.screenshot({ path: named('review') })
  await ines.page.screenshot({ path: named('review-whole'), fullPage: true })
  await ines.clicks('Prorrogar')
  await ines.page.screenshot({ path: named('review-extend') })
  await ines.clicks('Cancelar')
  for (const [button, picture] of [['Invitar a componentes', 'review-invite'], ['Retirar a un componente', 'review-release']] as const) {
    await ines.clicks(button)
    await ines.page.getByRole('dialog', { name: button }).waitFor()
    await ines.page.screenshot({ path: named(picture) })
    await ines.clicks('Cancelar')
  }
  await ines.page.locator('.timetable').getByRole('link', { name: 'Primera lectura' }).click()
  await ines.seesHeading('Primera lectura')
  await ines.clicks('Preparar una ronda')
  await ines.page.getByRole('dialog').getByText(/^Secciones/).waitFor()
  await ines.page.screenshot({ path: named('review-plan') })
  await ines.leaves()
  const adaeze = await Person.arrives(browser, service, 'Adaeze Obi', circumstances)
  await adaeze.goesTo(DESK_OF_COMPONENT)
  await adaeze.seesHeading(/^La mesa de/)
  await adaeze.page.getByRole('button', { name: 'Dejar fuera' }).first().waitFor()
  await adaeze.page.screenshot({ path: named('desk') })
  await adaeze.leaves()
}

/** The answers: to all components, and to one. */
async function takeAnswers(browser: Browser, service: Service, circumstances: Circumstances, named: Named): Promise<void> {
  const ines = await Person.arrives(browser, service, 'Inés Duarte', circumstances)
  await ines.goesTo(ANSWERS)
  await ines.page.locator('table.tallies').waitFor()
  await ines.page.screenshot({ path: named('answers') })
  await ines.goesTo(`${ANSWERS}/EUR`)
  await ines.page.locator('.answered').first().waitFor()
  await ines.page.screenshot({ path: named('answers-one') })
  await ines.leaves()
}

/** A proposal from its first word to the answer: the draft, what is asked before it is submitted, the card, the list, its own page, deciding, the copy. */
async function takeAmendments(browser: Browser, service: Service, marta: Person, circumstances: Circumstances, chapter: string, take: (page: string, whose?: Person, fullPage?: boolean) => Promise<unknown>): Promise<void> {
  const phone = circumstances.viewport === PHONE
  const leila = await Person.arrives(browser, service, 'Leila Mansour', circumstances)
  await leila.opens(chapter)
  await leila.clicks('Proponer')
  await leila.button(/^Empezar/).waitFor()
  await take('propose', leila)
  await leila.button(/^Empezar/).click()
  await leila.page.waitForURL(/\/draft$/)
  await leila.text.waitFor()
  if (phone) await leila.clicks('Proponer')
  const first = (await leila.text.locator('p.numbered').first().textContent()) ?? ''
  await leila.puts('before', first.slice(0, 24))
  await leila.types('Sin techo no hay barrio. ')
  await leila.selects(first.slice(first.indexOf('. ') + 2).split(' ').slice(0, 3).join(' '))
  await leila.types('En cada ciudad,')
  await leila.puts('after', first.slice(-24))
  await leila.presses('Enter')
  await leila.types('Pedimos que cada plan de vivienda diga cuántas personas recién llegadas tendrán casa, y cuándo.')
  await leila.isSaved()
  await leila.page.evaluate(() => scrollTo(0, 0))
  await take('draft', leila)
  if (phone) await leila.clicks('Motivo')
  await leila.page.getByLabel('Título, si lo desea').filter({ visible: true }).fill('Vivienda con plazos')
  await leila.page.getByLabel('Motivo', { exact: false }).filter({ visible: true }).fill('Un compromiso sin fecha no puede comprobarse. Las ciudades de la sección piden plazos desde la primera lectura.')
  await leila.clicks('Presentar…')
  await take('submit', leila)
  await leila.page.getByRole('dialog', { name: /^Presentar en nombre/ }).getByRole('button', { name: 'Presentar', exact: true }).click()
  await leila.page.waitForURL(/\/amendments\/[^/]+$/)
  await leila.seesHeading('Vivienda con plazos')
  const address = new URL(leila.page.url()).pathname
  await take('amendment-own', leila, true)

  await marta.opens(chapter)
  if (phone) await marta.clicks(/^Abiertos/)
  await marta.page.getByRole('button', { name: /^Enmienda \d+ Presentada CGLU Oriente/ }).first().click()
  await marta.button('Apoyar').first().waitFor()
  await take('editor-amendment')
  await marta.goesTo(`${PAPER.replace('/papers/', '/p/')}/amendments`)
  await marta.page.locator('.redline').first().waitFor()
  await take('amendments', marta, true)
  await marta.goesTo(address)
  await marta.page.locator('.redline').first().waitFor()
  await take('amendment', marta, true)
  await marta.clicks('Antes y después')
  await take('amendment-sides', marta)
  await marta.page.getByRole('radio', { name: /^Aceptar con otras palabras/ }).check()
  await marta.clicks('Abrir la copia')
  await marta.page.waitForURL(/\/copy$/)
  await marta.text.locator('ins, .fresh').first().waitFor()
  await take('copy')
  if (phone) await marta.clicks('Motivo')
  await marta.page.getByRole('radio', { name: /^Aceptar con otras palabras/ }).check()
  await marta.page.getByLabel('Respuesta al componente').fill('Se toma, con una frase más corta.')
  await marta.clicks('Decidir: Aceptar con otras palabras')
  await marta.page.getByText('Aceptada con otras palabras').first().waitFor()
  await take('amendment-answered', marta, true)
  await leila.leaves()
}

/** A chapter locked under Marta's hands: the banner, who writes, the refusal, and what is kept for her. */
async function takeRights(browser: Browser, service: Service, marta: Person, circumstances: Circumstances, take: (page: string, whose?: Person) => Promise<unknown>): Promise<void> {
  const ines = await Person.arrives(browser, service, 'Inés Duarte', circumstances)
  await Promise.all([ines.opens('6'), marta.opens('6')])
  if ((await marta.text.getAttribute('role')) === 'document') await marta.clicks('Escribir')
  await marta.puts('after', 'tener voz y tener parte')
  marta.lineIsHeld()
  await marta.types(', y que conste')
  await ines.clicks('Quién escribe aquí')
  await take('writers-open', ines)
  await ines.page.getByLabel('Motivo, para quienes escriben aquí').fill('Lo lee el comité hasta el viernes.')
  await ines.clicks('Bloquear el capítulo')
  await marta.sees('ha bloqueado este capítulo')
  marta.lineIsReleased()
  await marta.seesHeading('Este capítulo se bloqueó mientras usted escribía')
  await take('refused')
  await marta.clicks('Seguir leyendo')
  await marta.sees(/guardadas? para usted/)
  await take('locked')
  await marta.clicks('Quién escribe aquí')
  await take('writers')
  await marta.goesTo('/set-aside')
  await marta.seesHeading('Guardado para usted')
  await marta.page.getByRole('button', { name: /^Descargar las palabras/ }).first().waitFor()
  await take('kept')
  await ines.clicks('Quién escribe aquí')
  await take('writers-secretariat', ines)
  await ines.clicks('Desbloquear el capítulo')
  await ines.leaves()
}

/** The path of the draft that Inés has sealed. */
async function sealedDraft(browser: Browser, service: Service): Promise<string> {
  const ines = await Person.arrives(browser, service, 'Inés Duarte', { locale: 'es-ES' })
  await ines.goesTo(PAPER)
  await ines.clicks('Sellar un borrador')
  await ines.clicks('Sellar para siempre')
  await ines.seesHeading('Borrador de Bogotá')
  const { pathname } = new URL(ines.page.url())
  await ines.leaves()
  return pathname
}
