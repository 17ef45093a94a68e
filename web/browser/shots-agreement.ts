/** Pictures of how components come to agree: positions on a sealed draft, and silence. Alone: `node bench/run.mjs browser/shots-agreement.ts FOLDER`. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { launchChromium } from './harness/chromium'
import { DESK, PAPER, Person, PHONE, type Circumstances } from './harness/person'
import { Service } from './harness/service'

const SLUG = PAPER.split('/')[2] ?? ''
export const POSITIONS = `/p/${SLUG}/positions`
export const SILENCE = `/p/${SLUG}/silence`

type Named = (page: string) => string

export async function main([folder]: string[]): Promise<void> {
  if (!folder) throw new Error('usage: node bench/run.mjs browser/shots-agreement.ts FOLDER')
  await mkdir(folder, { recursive: true })
  const [service, browser] = await Promise.all([Service.start(), launchChromium()])
  try {
    await theyTakePositions(browser, service)
    for (const [size, viewport] of Object.entries({ '1440x900': DESK, '390x844': PHONE })) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await takeAgreement(browser, service, { locale: 'es-ES', viewport, colorScheme }, (page) => path.join(folder, `${page}-${colorScheme}-${size}.png`))
      }
    }
  } finally {
    await browser.close()
    await service.stop()
  }
}

/** Asks as somebody, without the page; fails with what the server said. */
async function asks(person: Person, url: string, data: unknown): Promise<Record<string, unknown>> {
  const answer = await person.context.request.post(url, { data })
  if (!answer.ok()) throw new Error(`${person.name}: ${url} ${answer.status()} ${await answer.text()}`)
  return answer.json()
}

/** Inés seals a draft, and six focal points say what they think of it. */
export async function theyTakePositions(browser: Browser, service: Service): Promise<void> {
  const arrive = (name: string) => Person.arrives(browser, service, name)
  const ines = await arrive('Inés Duarte')
  const api = `/api/v1${PAPER}`
  const sealed = await asks(ines, `${api}/milestones`, { name: 'Segunda lectura' })
  const say = async (name: string, stance: string, words = '', way_out = '') => {
    const person = await arrive(name)
    await asks(person, `${api}/positions`, { milestone: sealed.id, subject: { on: 'paper' }, stance, words, way_out })
    await person.leaves()
  }
  await say('Adaeze Obi', 'supports')
  await say('Marta Roca', 'supports_with_comments', 'Apoyamos el conjunto. En el capítulo 5 echamos de menos a las asociaciones de personas migrantes, que también acogen.')
  await say('Camila Rojas', 'reservation', 'La reserva se refiere a los plazos del capítulo 7: las ciudades intermedias no tienen personal para cumplirlos.')
  await say('Tomás Ibarra', 'objects', 'El párrafo sobre financiación pide recursos sin decir de dónde salen.', 'Pedimos a los Estados transferencias estables, en proporción a la población atendida y con cargo a los presupuestos generales.')
  await say('Ratna Wirawan', 'can_live_with')
  await say('Nadia Bel', 'abstains', 'El grupo de trabajo no se ha reunido todavía.')
  const { components } = await (await ines.context.request.get('/api/v1/components')).json() as { components: { id: string; code: string }[] }
  const listed = components.filter(({ code }) => ['AFR', 'INCLUSION', 'LATAM', 'FINANCE'].includes(code)).map(({ id }) => id)
  await asks(ines, `${api}/silences`, { milestone: sealed.id, question: 'Este borrador es la posición común de la organización.', components: listed, ends: '2016-09-27T10:00:00Z' })
  await ines.leaves()
}

export async function takeAgreement(browser: Browser, service: Service, circumstances: Circumstances, named: Named): Promise<void> {
  const tomas = await Person.arrives(browser, service, 'Tomás Ibarra', circumstances)
  const take = (page: string, fullPage = false) => tomas.page.screenshot({ path: named(page), fullPage })
  await tomas.goesTo(POSITIONS)
  await tomas.seesHeading('Posiciones')
  await tomas.sees('Objeta')
  await take('positions')
  await take('positions-whole', true)
  await tomas.clicks('Expresar una posición')
  await tomas.page.getByRole('radio', { name: /^Objeta/ }).check()
  await tomas.page.getByLabel('El motivo').fill('Faltan los municipios pequeños.')
  await take('position-form')
  await tomas.goesTo(SILENCE)
  await tomas.seesHeading('Silencio')
  await tomas.page.getByRole('link', { name: /^Ver: Este borrador es la posición común/ }).click()
  await tomas.sees('Objetar en nombre del componente')
  await take('silence', true)
  await tomas.leaves()
  const ines = await Person.arrives(browser, service, 'Inés Duarte', circumstances)
  await ines.goesTo(SILENCE)
  await ines.clicks('Someter un borrador a silencio')
  await ines.page.screenshot({ path: named('silence-form') })
  await ines.leaves()
}
