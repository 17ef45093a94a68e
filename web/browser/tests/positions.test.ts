import { expect, test } from 'vitest'
import { findingsOf, sidewaysScroll } from '../harness/axe'
import { DESK, PAPER, PHONE, type Person } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()
const POSITIONS = `/p/${PAPER.split('/')[2]}/positions`

async function seals(ines: Person, name: string): Promise<void> {
  const answer = await ines.context.request.post(`/api/v1${PAPER}/milestones`, { data: { name } })
  expect(answer.status()).toBe(201)
}

async function opens(person: Person): Promise<void> {
  await person.goesTo(POSITIONS)
  await person.seesHeading('Positions')
}

test('before anything is sealed the page says what to do first', async () => {
  const [ines, tomas] = await Promise.all([stage.enter('Inés Duarte'), stage.enter('Tomás Ibarra')])
  const paper = { slug: 'water', title: 'Water', language: 'en', markdown: '# Water\n\nCities share it.' }
  const made = await ines.context.request.post('/api/v1/papers', { data: paper })
  expect(made.status()).toBe(201)
  await tomas.goesTo('/p/water/positions')
  await tomas.sees('No draft of this paper has been sealed yet.')
  expect(await tomas.button('State a position').count()).toBe(0)
  await ines.goesTo('/p/water/positions')
  await ines.page.getByRole('link', { name: 'Go to the paper and seal a draft' }).waitFor()
})

test('by keyboard alone Tomás objects with the words that would lift it, and Samir sees it at once', async () => {
  const [ines, tomas, samir] = await Promise.all([stage.enter('Inés Duarte'), stage.enter('Tomás Ibarra'), stage.enter('Samir Haddad')])
  await seals(ines, 'Bogotá draft')
  await Promise.all([opens(tomas), opens(samir)])
  await samir.sees(/^5 of \d+ components have taken a position$/)
  await tomas.button('State a position').focus()
  await tomas.presses('Enter')
  await tomas.page.getByRole('radio', { name: /^Supports Th/ }).focus()
  await tomas.presses('ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown')
  expect(await tomas.page.getByRole('radio', { name: /^Objects/ }).isChecked()).toBe(true)
  await tomas.page.getByLabel('The reason').focus()
  await tomas.types('Small towns are left out.')
  await tomas.page.getByLabel('The text that would lift the objection').focus()
  await tomas.types('Cities and towns of every size.')
  await tomas.button('Send in the component’s name').focus()
  await tomas.presses('Enter')
  await samir.sees('Small towns are left out.')
  await samir.sees('Cities and towns of every size.')
  await samir.sees(/^6 of \d+ components have taken a position$/)
  expect(await samir.button('State a position').count(), 'he is no focal point').toBe(0)
})

test('what was typed survives a reload and a line that is cut', async () => {
  const tomas = await stage.enter('Tomás Ibarra')
  await opens(tomas)
  await tomas.clicks('State a position')
  await tomas.page.getByRole('radio', { name: /^Reservation/ }).check()
  await tomas.page.getByLabel('The reason').fill('The deadlines are too short.')
  await tomas.page.reload()
  await tomas.clicks('State a position')
  expect(await tomas.page.getByLabel('The reason').inputValue()).toBe('The deadlines are too short.')
  tomas.troubles.expect(/ERR_|Failed to load|positions/)
  await tomas.page.route('**/positions', (route) => route.abort())
  await tomas.clicks('Send in the component’s name')
  await tomas.sees('The server does not answer. Check your connection and try again.')
  expect(await tomas.page.getByLabel('The reason').inputValue()).toBe('The deadlines are too short.')
  await tomas.page.unroute('**/positions')
  await tomas.clicks('Send in the component’s name')
  await tomas.sees('The deadlines are too short.')
})

test('when the words have changed in a later draft the focal point reconfirms in one act', async () => {
  const [ines, adaeze] = await Promise.all([stage.enter('Inés Duarte'), stage.enter('Adaeze Obi')])
  await opens(adaeze)
  await adaeze.clicks('State a position')
  await adaeze.page.getByRole('radio', { name: /^Supports Th/ }).check()
  await adaeze.clicks('Send in the component’s name')
  await adaeze.page.getByRole('row', { name: /UCLG Africa/ }).getByText('Supports', { exact: true }).waitFor()
  await adaeze.opens('2')
  await adaeze.puts('after', 'Siete principios')
  await adaeze.types(' comunes')
  await adaeze.isSaved()
  await seals(ines, 'Quito draft')
  await opens(adaeze)
  await adaeze.sees('The words of chapter 2 have changed since your component took it: Supports.')
  await adaeze.clicks('Reconfirm it on “Quito draft”')
  await adaeze.sees(/^Reconfirmed on 2[12] September 2016\./)
  expect(await adaeze.page.getByText('Your position is to be reconfirmed').count()).toBe(0)
})

test.each([['at a desk', DESK, 'light'], ['on a phone', PHONE, 'dark']] as const)('axe finds nothing, %s', async (_where, viewport, colorScheme) => {
  const tomas = await stage.enter('Tomás Ibarra', { viewport, colorScheme })
  await opens(tomas)
  expect([await findingsOf(tomas.page), await sidewaysScroll(tomas.page)]).toEqual([[], 0])
  await tomas.clicks('State a position')
  await tomas.page.getByRole('radio', { name: /^Objects/ }).check()
  expect([await findingsOf(tomas.page), await sidewaysScroll(tomas.page)]).toEqual([[], 0])
})
