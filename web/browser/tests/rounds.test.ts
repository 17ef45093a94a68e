/** A round up to its late queue: Inés extends and closes it, Amina remarks inside, Adaeze sends, others read what the round lets them read. */
import { expect, test } from 'vitest'
import type { Person } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()
const SLUG = 'ciudades-migracion-inclusion'
const REVIEW = `/p/${SLUG}/review`
const DESK = `/p/${SLUG}/desk`
const QUOTE = 'No municipality decides who crosses a border'

/** Amina says something to her component first. */
async function remarks(amina: Person, body: string): Promise<void> {
  await amina.selects(QUOTE)
  await amina.presses('Control+Alt+m')
  await amina.page.getByRole('textbox', { name: 'Your comment' }).fill(body)
  await amina.page.getByLabel('Who reads this').selectOption('component')
  await amina.page.locator('form').getByRole('button', { name: 'Comment', exact: true }).click()
  await amina.page.getByRole('region', { name: /^Comment by Amina Keita/ }).getByText(body).waitFor()
}

/** Adaeze keeps the remark and sends all that she kept. */
async function sends(adaeze: Person, body: string, says: RegExp): Promise<void> {
  await adaeze.goesTo(DESK)
  const remark = adaeze.page.getByRole('listitem').filter({ hasText: body })
  await remark.getByRole('button', { name: 'Keep', exact: true }).click()
  await adaeze.clicks('Send one comment')
  await adaeze.sees(says)
  await adaeze.clicks(/^Send as UCLG Africa/)
  await adaeze.page.getByRole('region', { name: /comments? sent$/i }).getByText(body).waitFor()
}

test('rev26 Amina remarks inside her section, nobody else sees it, and Adaeze sends it as the section', async () => {
  const [amina, adaeze, marta] = await Promise.all([stage.enter('Amina Keita'), stage.enter('Adaeze Obi'), stage.enter('Marta Roca')])
  await Promise.all([amina.opens('1', 'en'), marta.opens('1', 'en')])
  const body = 'Say which rule is meant here.'
  await remarks(amina, body)
  await marta.goesTo(DESK)
  await marta.seesHeading(/^The desk of/)
  expect(await marta.page.getByText(body).count()).toBe(0)

  await sends(adaeze, body, /Everybody will read them at once/)
  await marta.opens('1', 'en')
  await marta.page.getByRole('button', { name: new RegExp(`UCLG Africa.*${body}`) }).click()
  const card = marta.page.getByRole('region', { name: /^Comment by UCLG Africa/ })
  await card.getByText('Sent by UCLG Africa').waitFor()
  expect(await card.getByText('Amina').count()).toBe(0)
})

test('rev24 Inés extends the running round, and is asked for a reason', async () => {
  const ines = await stage.enter('Inés Duarte')
  await ines.goesTo(REVIEW)
  await ines.seesHeading('Segunda lectura')
  await ines.sees('Coverage: 12 of 21 components have answered')
  await ines.clicks('Extend')
  const box = ines.page.getByRole('dialog', { name: 'Extend' })
  await box.getByRole('button', { name: 'Extend' }).click()
  await box.getByText('Write a reason').waitFor()
  await box.getByLabel('It closes instead on').fill('2016-09-30T18:00')
  await box.getByLabel('Reason, for everybody').fill('Two sections meet only next week.')
  await box.getByRole('button', { name: 'Extend' }).click()
  await ines.sees(/It closes on 30 September 2016 at 18:00 CEST/)
  await ines.sees(/Two sections meet only next week\./)
})

test('rev25 Inés invites a component that was forgotten and releases another, with a reason that everybody reads', async () => {
  const [ines, adaeze] = await Promise.all([stage.enter('Inés Duarte'), stage.enter('Adaeze Obi')])
  await ines.goesTo(REVIEW)
  await ines.sees('21 components are asked')
  await ines.clicks('Invite components')
  const invite = ines.page.getByRole('dialog', { name: 'Invite components' })
  await invite.getByRole('button', { name: 'Invite', exact: true }).click()
  await invite.getByText('Choose at least one component').waitFor()
  await invite.getByRole('checkbox').first().check()
  await invite.getByRole('button', { name: 'Invite one component' }).click()
  await ines.sees('22 components are asked')

  await ines.clicks('Release a component')
  const release = ines.page.getByRole('dialog', { name: 'Release a component' })
  await release.getByText('What it has sent stays, is read as before and is answered.').waitFor()
  await release.getByLabel('Component').selectOption({ label: 'UCLG Africa' })
  await release.getByRole('button', { name: 'Release it' }).click()
  await release.getByText('Write a reason').waitFor()
  await release.getByLabel('Reason, for everybody').fill('It answers with its regional committee.')
  await release.getByRole('button', { name: 'Release it' }).click()
  await ines.sees('21 components are asked')
  await ines.page.getByRole('listitem').filter({ hasText: 'UCLG Africa' }).getByText('It answers with its regional committee.').waitFor()
  await adaeze.goesTo('/')
  await adaeze.sees(/asks your component no longer/)

  await ines.clicks('Invite components')
  await invite.getByRole('checkbox', { name: 'UCLG Africa' }).check()
  await invite.getByRole('button', { name: 'Invite one component' }).click()
  await ines.sees('22 components are asked')
})

test('rev27 what comes after the closing waits in the late queue until it is let in with a reason', async () => {
  const [ines, amina, adaeze, claire] = await Promise.all([stage.enter('Inés Duarte'), stage.enter('Amina Keita'), stage.enter('Adaeze Obi'), stage.enter('Claire Vasseur')])
  const body = 'And who pays for the interpreter?'
  await amina.opens('1', 'en')
  await remarks(amina, body)
  await ines.goesTo(REVIEW)
  await ines.clicks('Close now')
  const box = ines.page.getByRole('dialog', { name: 'Close now' })
  await box.getByLabel('Reason, for everybody').fill('All have answered.')
  await box.getByRole('button', { name: 'Close now' }).click()
  await ines.sees(/^It closed on|What comes now waits to be let in/)

  await sends(adaeze, body, /The round is closed\. They wait/)
  await claire.goesTo(DESK)
  await claire.seesHeading(/^The desk of/)
  expect(await claire.page.getByText(body).count()).toBe(0)

  await ines.goesTo(DESK)
  const late = ines.page.getByRole('listitem').filter({ hasText: body })
  await late.getByRole('button', { name: 'Let it in' }).click()
  await ines.page.getByRole('dialog', { name: 'Let it in' }).getByLabel('Reason, for everybody').fill('The line in Dakar was down.')
  await ines.page.getByRole('dialog', { name: 'Let it in' }).getByRole('button', { name: 'Let it in' }).click()
  await late.waitFor({ state: 'detached' })
  await claire.opens('1', 'en')
  await claire.page.getByRole('button', { name: new RegExp(`UCLG Africa.*And who pays`) }).waitFor()
})
