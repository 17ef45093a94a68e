import { expect, test } from 'vitest'
import { eventually } from '../harness/eventually'
import { PAPER } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()

test('Adaeze opens her link: the token leaves the address bar at once, and one button lets her in', async () => {
  const adaeze = await stage.enter('Adaeze Obi', { stranger: true })
  await adaeze.goesTo(adaeze.link)
  await adaeze.seesHeading('Welcome, Adaeze Obi')
  expect(adaeze.page.url()).toBe(`${stage.service().url}/sign-in`)
  expect(await adaeze.page.evaluate(() => location.hash)).toBe('')
  await adaeze.clicks('Enter as Adaeze Obi')
  await adaeze.seesHeading('What is asked of you')
  await adaeze.page.goBack()
  expect(adaeze.page.url()).not.toContain('#')
})

test('a15 an address of somewhere else in the link leads nowhere: Adaeze comes to the start page', async () => {
  const elsewhere = ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)']
  for (const next of elsewhere) {
    const adaeze = await stage.enter('Adaeze Obi', { stranger: true })
    const token = adaeze.link.split('#')[1]
    await adaeze.goesTo(`/sign-in?next=${encodeURIComponent(next)}#${token}`)
    await adaeze.clicks('Enter as Adaeze Obi')
    await adaeze.seesHeading('What is asked of you')
    expect(new URL(adaeze.page.url()).origin).toBe(new URL(stage.service().url).origin)
  }
})

test('a link with a wrong letter is refused in words that say what to do', async () => {
  const stranger = await stage.enter('Adaeze Obi', { stranger: true })
  stranger.troubles.expect(/sign-in.* 40[14]/)
  await stranger.goesTo(`/sign-in#${'0'.repeat(64)}`)
  await stranger.seesHeading('This link does not work')
  await stranger.sees('This sign-in link does not exist. Check that you copied all of it, or ask the secretariat for another.')
  expect(await stranger.page.evaluate(() => location.hash)).toBe('')
})

test('a link for another device works once, and says so the second time', async () => {
  const adaeze = await stage.enter('Adaeze Obi')
  await adaeze.goesTo('/')
  await adaeze.clicks(/^Menu of Adaeze Obi/)
  await adaeze.clicks('Sign in on another device')
  const link = await adaeze.page.getByLabel('Link for your other device').inputValue()

  const phone = await stage.enter('Adaeze Obi', { stranger: true })
  await phone.goesTo(link)
  await phone.seesHeading('Welcome, Adaeze Obi')

  const finder = await stage.enter('Adaeze Obi', { stranger: true })
  finder.troubles.expect(/sign-in.* 4(01|04|09|10)/)
  await finder.goesTo(link)
  await finder.seesHeading('This link does not work')
  await finder.sees(/This sign-in link was already used\./)
})

test('who is not signed in meets the door at any address, and goes on to it after signing in', async () => {
  const adaeze = await stage.enter('Adaeze Obi', { stranger: true })
  await adaeze.goesTo(PAPER)
  await adaeze.seesHeading('Sign in to Borrador')
  await adaeze.hasSignedIn()
  await adaeze.reloads()
  await adaeze.seesHeading('Cities, migration and inclusion: a shared position')
})

test('Marta signs out: the door stands there, and the pages ask her to sign in again', async () => {
  const marta = await stage.enter('Marta Roca')
  await marta.goesTo(PAPER)
  await marta.clicks(/^Menu of Marta Roca/)
  await marta.clicks('Sign out')
  await marta.seesHeading('Sign in to Borrador')
  await marta.goesTo(PAPER)
  await marta.seesHeading('Sign in to Borrador')
})

test('Marta changes the language of the pages: every word changes at once, and the choice is remembered', async () => {
  const marta = await stage.enter('Marta Roca')
  await marta.goesTo(PAPER)
  await marta.seesHeading('Chapters')
  await marta.clicks(/^Menu of Marta Roca/)
  await marta.page.getByRole('combobox', { name: 'Language', exact: true }).selectOption('es')
  await marta.seesHeading('Capítulos')
  expect(await marta.page.locator('html').getAttribute('lang')).toBe('es')
  await marta.reloads()
  await marta.seesHeading('Ciudades, migración e inclusión: una posición común')
})

test('the pages speak Spanish to a Spanish browser', async () => {
  const marta = await stage.enter('Marta Roca', { locale: 'es-ES' })
  await marta.goesTo('/')
  await marta.seesHeading('Lo que se espera de usted')
})

test('Nadia has two hats, and comments with the one she wears', async () => {
  const nadia = await stage.enter('Nadia Bel')
  await nadia.opens('3', 'en')
  await nadia.clicks(/^Menu of Nadia Bel/)
  const hats = nadia.page.getByRole('combobox', { name: 'You act as' })
  expect(await hats.locator('option').allTextContents()).toEqual([
    'Working Group on Migration and Co-development (focal point)', 'Tunis (deputy)',
  ])
  await hats.selectOption({ label: 'Tunis (deputy)' })
  expect(await nadia.button('Menu of Nadia Bel, Tunis').count(), 'passing through the hats changes none').toBe(0)
  await nadia.clicks('Change')
  await nadia.button('Menu of Nadia Bel, Tunis').waitFor()
  await eventually('she is at the button of the menu', () => nadia.page.evaluate(() => document.activeElement?.className), (name) => name === 'menu-button')
  await nadia.reloads()
  await nadia.button('Menu of Nadia Bel, Tunis').waitFor()

  await nadia.text.waitFor()
  await nadia.selects('The first days')
  await nadia.presses('Control+Alt+m')
  await nadia.page.getByRole('textbox', { name: 'Your comment' }).fill('In Tunis we begin at the port.')
  await nadia.presses('Control+Enter')
  const card = nadia.page.getByRole('region', { name: 'Comment by Nadia Bel on “The first days”' })
  await card.getByText('Tunis', { exact: true }).waitFor()
})

test('Nadia changes her hat, and reloads, in the middle of a comment: her words are still there, and she signs them with the new hat', async () => {
  const nadia = await stage.enter('Nadia Bel')
  const words = 'Not finished yet'
  const field = nadia.page.getByRole('textbox', { name: 'Your comment' })
  const begins = async () => {
    await nadia.text.waitFor()
    await nadia.selects('opaque list')
    await nadia.presses('Control+Alt+m')
    await field.waitFor()
  }
  await nadia.opens('4', 'en')
  await begins()
  await field.fill(words)
  await nadia.clicks(/^Menu of Nadia Bel/)
  const hats = nadia.page.getByRole('combobox', { name: 'You act as' })
  const worn = await hats.locator('option:checked').textContent()
  await hats.selectOption({ label: worn?.startsWith('Tunis') ? 'Working Group on Migration and Co-development (focal point)' : 'Tunis (deputy)' })
  await nadia.clicks('Change')
  await begins()
  expect(await field.inputValue()).toBe(words)
  await nadia.reloads()
  await begins()
  expect(await field.inputValue()).toBe(words)
  await nadia.presses('Control+Enter')
  await nadia.page.getByRole('region', { name: /^Comment by Nadia Bel on “opaque list/ }).getByText(words).waitFor()
  await begins()
  expect(await field.inputValue()).toBe('')
})

test('an address that leads nowhere says so, and shows the way home', async () => {
  const marta = await stage.enter('Marta Roca')
  marta.troubles.expect(/nowhere.* 404/)
  await marta.goesTo('/nowhere')
  await marta.seesHeading('There is no such page')
  await marta.page.getByRole('link', { name: 'Go to the start page', exact: true }).click()
  await marta.seesHeading('What is asked of you')
})
