import { expect, test } from 'vitest'
import { findingsOf, sidewaysScroll } from '../harness/axe'
import { DESK, PAPER, PHONE, type Circumstances, type Person } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()

const sizes = { 'at a desk': DESK, 'on a phone': PHONE }
const looks = (['light', 'dark'] as const).flatMap((colorScheme) =>
  Object.entries(sizes).map(([where, viewport]) => ({ colorScheme, where, viewport })))

/** Axe finds nothing, and the page cannot be scrolled sideways. */
async function isInOrder(person: Person, state: string): Promise<void> {
  const findings = await findingsOf(person.page)
  expect([...findings, ...((await sidewaysScroll(person.page)) > 0 ? ['scrolls sideways'] : [])], state).toEqual([])
}

test.each(looks)('the door, $where, $colorScheme', async (look) => {
  const stranger = await stage.enter('Adaeze Obi', { ...look, stranger: true })
  stranger.troubles.expect(/sign-in.* 40[14]/)
  await stranger.goesTo('/sign-in')
  await stranger.seesHeading('Sign in to Borrador')
  await isInOrder(stranger, 'without a link')
  await stranger.goesTo('/')
  await stranger.goesTo(`/sign-in#${'0'.repeat(64)}`)
  await stranger.seesHeading('This link does not work')
  await isInOrder(stranger, 'with a wrong link')
  await stranger.goesTo('/')
  await stranger.goesTo(stranger.link)
  await stranger.seesHeading('Welcome, Adaeze Obi')
  await isInOrder(stranger, 'with a good link')
})

test.each(looks)('start page, menu, paper, sealing, $where, $colorScheme', async (look) => {
  const ines = await stage.enter('Inés Duarte', look)
  await ines.goesTo('/')
  await ines.seesHeading('Calendar')
  await isInOrder(ines, 'start page')
  await ines.clicks(/^Menu of Inés Duarte/)
  await ines.button('Sign out').waitFor()
  await isInOrder(ines, 'menu')
  await ines.goesTo(PAPER)
  await ines.seesHeading('Drafts')
  await isInOrder(ines, 'paper')
  await ines.clicks('Seal a draft')
  await ines.sees('This cannot be undone.')
  await isInOrder(ines, 'sealing')
  ines.troubles.expect(/ 404/)
  await ines.goesTo('/nowhere')
  await ines.seesHeading('There is no such page')
  await isInOrder(ines, 'no such page')
})

test.each(looks)('the text with two people, a comment, authors, a link, the line cut, $where, $colorScheme', async (look) => {
  const [marta, adaeze] = await Promise.all([stage.enter('Marta Roca', look), stage.enter('Adaeze Obi')])
  await Promise.all([marta.opens('3'), adaeze.opens('3')])
  await isInOrder(marta, 'the text')
  const phone = look.viewport === PHONE
  if (phone) await marta.clicks('Write')
  await adaeze.puts('after', 'con atribuciones y medios')
  await adaeze.presses('ArrowLeft')
  await marta.text.locator('.caret.named').waitFor()
  await isInOrder(marta, 'with Adaeze’s caret')

  await marta.text.getByText('con atribuciones').first().click()
  await marta.button('Resolve').waitFor()
  await isInOrder(marta, 'a comment open')
  if (phone) await marta.page.getByRole('dialog', { name: 'Comments' }).getByRole('button', { name: 'Close' }).click()

  await marta.clicks('Who wrote this')
  await marta.page.getByRole('dialog', { name: 'Who wrote this' }).getByRole('listitem').first().waitFor()
  await isInOrder(marta, 'who wrote this')
  await marta.clicks('Close')

  await marta.selects('quien llega')
  await marta.presses('Control+k')
  await marta.page.getByLabel('Address of the link').waitFor()
  await isInOrder(marta, 'a link')
  await marta.presses('Escape')

  await marta.losesConnection()
  await isInOrder(marta, 'the line cut')
})

test.each(looks)('a sealed draft, its proofs open, $where, $colorScheme', async (look) => {
  const ines = await stage.enter('Inés Duarte', look)
  const sealed = await ines.context.request.post(`/api/v1${PAPER}/milestones`, {
    data: { name: `Draft ${look.where} ${look.colorScheme}` }, headers: { origin: stage.service().url },
  })
  const { id } = (await sealed.json()) as { id: string }
  await ines.goesTo(`${PAPER}/milestones/${id}`)
  await ines.page.locator('.sealed-text h2').first().waitFor()
  await ines.page.getByText('Version and fingerprint of each of the 16 texts').click()
  await isInOrder(ines, 'sealed draft')
})

test('a phone never scrolls sideways, wherever Adaeze’s caret stands', async () => {
  const circumstances: Circumstances = { viewport: PHONE }
  const [marta, adaeze] = await Promise.all([stage.enter('Marta Roca', circumstances), stage.enter('Adaeze Obi')])
  await Promise.all([marta.opens('1'), adaeze.opens('1')])
  const caret = marta.text.locator('.caret')
  const word = 'Este documento dice qué hacen los gobiernos locales por la inclusión de las personas'
  for (const end of word.split(' ').map((_, i, all) => all.slice(0, i + 1).join(' '))) {
    await adaeze.puts('after', end)
    await expect.poll(() => caret.evaluate((element) => {
      const range = document.createRange()
      range.setStart(element.closest('p') as Node, 0)
      range.setEndBefore(element)
      return range.toString()
    })).toBe(end)
    expect(await sidewaysScroll(marta.page), end).toBe(0)
  }
})
