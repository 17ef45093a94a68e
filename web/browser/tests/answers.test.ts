import { expect, test } from 'vitest'
import { findingsOf, sidewaysScroll } from '../harness/axe'
import { DESK, PAPER, PHONE, type Person } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()
const ANSWERS = '/p/ciudades-migracion-inclusion/answers'

async function asks<T>(person: Person, method: 'get' | 'post', path: string, data?: unknown): Promise<T> {
  const answer = await person.context.request[method](`/api/v1${path}`, { ...(data === undefined ? {} : { data }), headers: { origin: stage.service().url } })
  expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true)
  return (await answer.json()) as T
}

/** Inés seals a draft and asks two components about it, from now on for six hours. */
async function aRound(ines: Person): Promise<string> {
  const { id: milestone } = await asks<{ id: string }>(ines, 'post', `${PAPER}/milestones`, { name: `Draft of ${Math.random()}` })
  const { components } = await asks<{ components: { id: string; code: string }[] }>(ines, 'get', '/components')
  const { service } = await asks<{ service: { now: string } }>(ines, 'get', '/me')
  const round = await asks<{ id: string }>(ines, 'post', `${PAPER}/rounds`, {
    milestone, name: 'Reading in Tangier', about: '', asks: ['comments', 'position'], visibility: 'open',
    invited: components.filter(({ code }) => ['AFR', 'TANGIER'].includes(code)).map(({ id }) => id),
    opens: service.now, closes: new Date(Date.parse(service.now) + 6 * 3_600_000).toISOString(),
  })
  await asks(ines, 'post', `/rounds/${round.id}/announce`, {})
  return milestone
}

test.each([DESK, PHONE].flatMap((viewport) => (['light', 'dark'] as const).map((colorScheme) => ({ viewport, colorScheme }))))(
  'Inés sees how far the answers are, Adaeze those to her section alone, $colorScheme, $viewport.width px', async (look) => {
    const [ines, adaeze] = await Promise.all([stage.enter('Inés Duarte', look), stage.enter('Adaeze Obi', look)])
    const milestone = await aRound(ines)
    const isInOrder = async (person: Person, state: string) => {
      expect(await findingsOf(person.page), state).toEqual([])
      expect(await sidewaysScroll(person.page), state).toBe(0)
    }
    await ines.goesTo(ANSWERS)
    await ines.seesHeading('Answers to the components')
    expect(await ines.page.locator('table.tallies tbody th').allTextContents()).toEqual(['UCLG Africa', 'Tangier'])
    await isInOrder(ines, 'all components')
    await ines.page.getByRole('link', { name: 'UCLG Africa' }).click()
    await ines.seesHeading('Answers to UCLG Africa')
    await ines.sees('Nothing was sent in this round.')
    await isInOrder(ines, 'one component')

    await asks(adaeze, 'post', `${PAPER}/positions`, {
      milestone, subject: { on: 'paper' }, stance: 'objects', words: 'Small towns are left out.', way_out: 'Cities and small towns.',
    })
    await adaeze.goesTo(ANSWERS)
    const position = adaeze.page.getByRole('article', { name: 'Position on the whole paper' })
    expect(await position.innerText()).toMatch(/Objects[^]*Small towns are left out\.[^]*Cities and small towns\.[^]*It stands: the words are the same\./)
    await isInOrder(adaeze, 'a position')
    await adaeze.seesHeading('Answers to UCLG Africa')
    const coming = adaeze.page.waitForEvent('download')
    await adaeze.clicks('Download the answers to UCLG Africa, Markdown')
    expect((await coming).suggestedFilename()).toContain('AFR')
    await adaeze.goesTo(`${ANSWERS}/TANGIER`)
    adaeze.troubles.expect(/ 404/)
    await adaeze.sees('This does not exist, or you may not see it.')
  })
