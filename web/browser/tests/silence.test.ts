import { expect, test } from 'vitest'
import { findingsOf, sidewaysScroll } from '../harness/axe'
import { DESK, PAPER, PHONE } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()
const SILENCE = `/p/${PAPER.split('/')[2]}/silence`
const QUESTION = 'This draft is the shared position of the organisation.'

test('Inés puts a sealed draft under silence, Tomás is told by opening it, and his objection breaks it for all to see', async () => {
  const [ines, tomas, samir] = await Promise.all([stage.enter('Inés Duarte'), stage.enter('Tomás Ibarra'), stage.enter('Samir Haddad')])
  const sealed = await ines.context.request.post(`/api/v1${PAPER}/milestones`, { data: { name: 'Bogotá draft' } })
  expect(sealed.status()).toBe(201)
  await ines.goesTo(SILENCE)
  await ines.clicks('Put a draft under silence')
  expect(await ines.page.getByLabel('What becomes of it when nobody objects').inputValue()).toBe(QUESTION)
  await ines.page.getByLabel('Committee on Local Finance and Development').check()
  await ines.page.getByLabel('UCLG Africa').check()
  await ines.clicks('Put it under silence')
  await ines.sees('0 of 2 components have been told')
  await ines.sees(/^About Bogotá draft\. It is adopted on /)

  await tomas.goesTo(SILENCE)
  await tomas.page.getByRole('link', { name: `See: ${QUESTION}` }).click()
  await tomas.sees('An objection before the instant breaks the silence, and everybody sees it at once. It cannot be taken back.')
  await ines.reloads()
  await ines.sees('1 of 2 components have been told')
  await ines.clicks('UCLG Africa was told otherwise')
  await ines.page.getByLabel('How and whom: by telephone, by letter …').fill('By telephone to Adaeze.')
  await ines.clicks('Put on record')
  await ines.sees('2 of 2 components have been told')

  await samir.goesTo(SILENCE)
  await samir.sees('Under silence')
  await tomas.page.getByLabel('Why your component objects').fill('Small towns are left out.')
  await tomas.button('Object…').focus()
  await tomas.presses('Enter')
  await tomas.clicks('Yes, object')
  await tomas.sees('Small towns are left out.')
  await samir.sees('Silence broken')
  expect(await samir.button('Put a draft under silence').count()).toBe(0)
})

test('a wrong instant and a component without a focal point are refused in words, and nothing typed is lost', async () => {
  const ines = await stage.enter('Inés Duarte')
  ines.troubles.expect(/silences.* 422/)
  await ines.goesTo(SILENCE)
  await ines.clicks('Put a draft under silence')
  await ines.page.getByLabel('What becomes of it when nobody objects').fill('It is ours.')
  await ines.page.getByLabel('Beirut').check()
  await ines.clicks('Put it under silence')
  await ines.sees('Every listed component needs a focal point who could object. At least one of those you chose has none.')
  await ines.reloads()
  await ines.clicks('Put a draft under silence')
  expect(await ines.page.getByLabel('What becomes of it when nobody objects').inputValue()).toBe('It is ours.')
  await ines.page.getByLabel('Beirut').uncheck()
  await ines.page.getByLabel('UCLG Africa').check()
  await ines.page.getByLabel(/^Until/).fill('2016-09-22T10:00')
  await ines.clicks('Put it under silence')
  await ines.sees(/^Choose another instant: at least 72 hours from now, and not on a Saturday or Sunday in UTC\.$/)
})

test.each([['at a desk', DESK, 'light'], ['on a phone', PHONE, 'dark']] as const)('axe finds nothing, %s', async (_where, viewport, colorScheme) => {
  const ines = await stage.enter('Inés Duarte', { viewport, colorScheme })
  await ines.goesTo(SILENCE)
  await ines.sees('Silence broken')
  expect([await findingsOf(ines.page), await sidewaysScroll(ines.page)]).toEqual([[], 0])
  await ines.clicks('Put a draft under silence')
  expect([await findingsOf(ines.page), await sidewaysScroll(ines.page)]).toEqual([[], 0])
  await ines.presses('Escape')
  await ines.page.getByRole('link', { name: `See: ${QUESTION}` }).click()
  await ines.sees('Objections')
  expect([await findingsOf(ines.page), await sidewaysScroll(ines.page)]).toEqual([[], 0])
})
