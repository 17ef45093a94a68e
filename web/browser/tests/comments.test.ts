import { expect, test } from 'vitest'
import type { Locator } from 'playwright-core'
import type { Person } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()

/** The card of the comment that `by` began on these words, folded or open. */
const cardOf = (person: Person, by: string, quote: string): Locator =>
  person.page.getByRole('region', { name: `Comment by ${by} on “${quote}”` })

const words = (person: Person): Locator => person.text.locator('[data-thread]')

async function comments(person: Person, quote: string, body: string): Promise<void> {
  await person.selects(quote)
  await person.presses('Control+Alt+m')
  await person.page.getByRole('textbox', { name: 'Your comment' }).fill(body)
  await person.presses('Control+Enter')
  await cardOf(person, person.name, quote).waitFor()
}

async function answers(person: Person, body: string): Promise<void> {
  await person.page.getByRole('textbox', { name: 'Your reply' }).fill(body)
  await person.clicks('Reply')
}

async function bothOpen(chapter: string) {
  const [adaeze, marta] = await Promise.all([stage.enter('Adaeze Obi'), stage.enter('Marta Roca')])
  await Promise.all([adaeze.opens(chapter), marta.opens(chapter)])
  return { adaeze, marta }
}

test('Adaeze selects words with the mouse and comments; Marta answers, resolves and reopens', async () => {
  const { adaeze, marta } = await bothOpen('1')
  const quote = 'quién espera turno en el centro de salud'
  await adaeze.drags(quote)
  await adaeze.clicks('Comment')
  await adaeze.page.getByRole('textbox', { name: 'Your comment' }).fill('Also the pharmacy?')
  await adaeze.page.locator('form').getByRole('button', { name: 'Comment', exact: true }).click()
  await cardOf(adaeze, 'Adaeze Obi', quote).waitFor()

  await marta.page.getByRole('button', { name: /Adaeze Obi.*Also the pharmacy\?/ }).click()
  await answers(marta, 'Sí, y la farmacia.')
  await cardOf(adaeze, 'Adaeze Obi', quote).getByText('Sí, y la farmacia.').waitFor()
  await marta.clicks('Resolve')
  await expect.poll(() => words(marta).filter({ hasText: quote }).count()).toBe(0)
  await adaeze.button(/^Resolved \d/).click()
  await adaeze.sees(/^Resolved by Marta Roca/)
  await adaeze.clicks('Reopen')
  await marta.button(/^Open \d/).first().waitFor()
  await expect.poll(() => words(marta).allTextContents()).toContain(quote)
})

test('a comment stays on its words while Marta writes before, within and after them', async () => {
  const { adaeze, marta } = await bothOpen('2')
  const quote = 'el más modesto'
  await comments(adaeze, quote, 'Which one, exactly?')
  await marta.puts('before', 'El primer papel que importa')
  await marta.types('Insistimos: ')
  await marta.puts('before', ' modesto')
  await marta.types(' sencillo y')
  await marta.puts('after', 'quien subarrienda')
  await marta.types(' hoy')
  await adaeze.reads('quien subarrienda hoy')
  const quoted = words(adaeze).filter({ hasText: 'sencillo' })
  await expect.poll(() => quoted.allTextContents()).toEqual(['el más sencillo y modesto'])
  await adaeze.reloads()
  await expect.poll(() => quoted.allTextContents()).toEqual(['el más sencillo y modesto'])
})

test('when its words are deleted, the comment stays, detached, with the old quotation', async () => {
  const { adaeze, marta } = await bothOpen('4')
  const quote = 'una cama por turnos'
  await comments(adaeze, quote, 'Is there a number for this?')
  await marta.selects(quote)
  await marta.presses('Delete')
  await adaeze.nowhereReads(quote)
  await adaeze.seesHeading('On words that are no longer there')
  await cardOf(adaeze, 'Adaeze Obi', quote).getByRole('blockquote').getByText(quote).waitFor()
  await adaeze.reloads()
  await adaeze.sees(`It said: “${quote}”`)
  await expect.poll(() => words(adaeze).filter({ hasText: quote }).count()).toBe(0)
})

test('two comments on overlapping words are both there, and each opens its own card', async () => {
  const { adaeze, marta } = await bothOpen('6')
  await comments(adaeze, 'se le prepara el terreno', 'By whom?')
  await comments(marta, 'no se decreta; se le prepara', 'Muy bien dicho.')
  await expect.poll(async () => new Set(await words(adaeze).evaluateAll((all) => all.map((one) => one.getAttribute('data-thread')))).size).toBeGreaterThanOrEqual(2)
  await adaeze.page.getByRole('button', { name: /Marta Roca.*Muy bien dicho/ }).click()
  await cardOf(adaeze, 'Marta Roca', 'no se decreta; se le prepara').waitFor()
  expect(await cardOf(adaeze, 'Adaeze Obi', 'se le prepara el terreno').count()).toBe(0)
})

test('a press on commented words shows the card, and Marta writes on where she pressed', async () => {
  const marta = await stage.enter('Marta Roca')
  await marta.opens('3')
  await marta.text.getByText('que rara vez se pensaron').click()
  await marta.sees('These are two different problems: missing powers call for a law, missing means for a budget. Could we say so here?')
  await marta.types('nunca ')
  await expect.poll(() => marta.block('rara vez').textContent()).toContain('nunca ')
  expect(await marta.page.getByRole('combobox', { name: 'Paragraph style' }).inputValue()).toBe('numbered')
})

test('Escape folds the open card and gives the keyboard back to the text', async () => {
  const marta = await stage.enter('Marta Roca')
  await marta.opens('8')
  await marta.page.getByRole('button', { name: /^Tomás Ibarra/ }).first().click()
  await marta.page.getByRole('textbox', { name: 'Your reply' }).waitFor()
  await marta.presses('Escape')
  await expect.poll(() => marta.page.evaluate(() => document.activeElement?.closest('#text') !== null)).toBe(true)
})

test('a comment while the line is cut says that the server does not answer, and keeps the words', async () => {
  const adaeze = await stage.enter('Adaeze Obi')
  await adaeze.opens('7')
  await adaeze.isSaved()
  await adaeze.losesConnection()
  await adaeze.selects('llegan planchadas')
  await adaeze.presses('Control+Alt+m')
  const field = adaeze.page.getByRole('textbox', { name: 'Your comment' })
  await field.fill('Ironed flat.')
  await adaeze.presses('Control+Enter')
  await adaeze.sees('The server does not answer. Check your connection and try again.')
  expect(await field.inputValue()).toBe('Ironed flat.')
  await adaeze.findsConnection()
  await adaeze.isSaved()
  await field.press('Control+Enter')
  await cardOf(adaeze, 'Adaeze Obi', 'llegan planchadas').waitFor()
})
