import { expect, test } from 'vitest'
import type { Locator } from 'playwright-core'
import { findingsOf, sidewaysScroll } from '../harness/axe'
import { eventually } from '../harness/eventually'
import { DESK, PAPER, PHONE, type Person } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()
const PAGE = `/p/${PAPER.split('/')[2]}/brackets`

const cardOf = (person: Person, words: string): Locator => person.page.getByRole('region', { name: `Brackets around “${words}”` })
const form = (person: Person): Locator => person.page.getByRole('region', { name: 'Words in brackets' })

/** What stands between brackets in the text, as it is seen. */
const inBrackets = (person: Person): Promise<string[]> => person.text.locator('.bracket:not(.sign)').allTextContents()

async function seesInBrackets(person: Person, words: string, yes = true): Promise<void> {
  await eventually(`${person.name} sees “${words}” ${yes ? 'in' : 'without'} brackets`, () => inBrackets(person), (seen) => seen.includes(words) === yes)
}

/** Puts words in brackets for a component; the form is filled, and not sent. */
async function begins(person: Person, words: string, component: string, wants: string, why: string): Promise<void> {
  await person.selects(words)
  await person.presses('Control+Alt+b')
  await form(person).getByLabel('For which component').selectOption({ label: component })
  await form(person).getByLabel('It wants these words').selectOption({ label: wants })
  await form(person).getByLabel(/^Why/).fill(why)
}

async function puts(person: Person, words: string, component: string, wants: string, why: string): Promise<void> {
  await begins(person, words, component, wants, why)
  await form(person).getByRole('button', { name: 'Put in brackets' }).click()
  await cardOf(person, words).waitFor()
}

test('Marta puts words in brackets for a section, Leila is against it and offers others, and Adaeze settles by replacing them', async () => {
  const [marta, leila, adaeze] = await Promise.all([stage.enter('Marta Roca'), stage.enter('Leila Mansour'), stage.enter('Adaeze Obi')])
  await Promise.all([marta.opens('3'), leila.opens('3'), adaeze.opens('3')])
  const words = 'una consigna para el equipaje'
  await puts(marta, words, 'UCLG Latin America', 'out', 'Not every city has one.')
  await Promise.all([marta, leila, adaeze].map((person) => seesInBrackets(person, words)))
  await leila.text.getByText('Open bracket. UCLG Latin America wants these words out.').waitFor({ state: 'attached' })
  expect(await leila.text.locator('.sign').first().textContent()).toContain('[')

  await leila.text.getByText(words).click()
  const seen = cardOf(leila, words)
  await seen.getByText('Not every city has one.').waitFor()
  await seen.getByRole('button', { name: 'Take a side' }).click()
  await seen.getByRole('combobox').selectOption({ label: 'is against it' })
  await seen.getByRole('button', { name: 'Take a side' }).click()
  await seen.getByText('Say why: nobody can agree with brackets that give no reason.').waitFor()
  await seen.getByLabel('Why').fill('Who travels light is robbed less.')
  await seen.getByRole('button', { name: 'Take a side' }).click()
  await seen.getByRole('button', { name: 'Offer a wording' }).click()
  await seen.getByLabel('Another wording for this place').fill('un lugar para dejar el equipaje')
  await seen.getByRole('button', { name: 'Offer it' }).click()

  await adaeze.text.getByText(words).click()
  const card = cardOf(adaeze, words)
  await card.getByText('ALT 2').first().waitFor()
  await card.getByRole('button', { name: 'Settle' }).click()
  await card.getByRole('radio', { name: /^Replace them: ALT 2/ }).check()
  await card.getByRole('button', { name: 'Settle it' }).click()
  await card.getByRole('alert').getByText(/UCLG Middle East and West Asia is against it/).waitFor()
  await card.getByLabel(/^Why/).fill('The wording of the section says what it is for.')
  await card.getByRole('button', { name: 'Settle it' }).click()

  for (const person of [marta, leila, adaeze]) {
    await person.reads('Una ducha, un lugar para dejar el equipaje, un enchufe')
    expect(await inBrackets(person)).toEqual([])
  }
  await leila.button(/^Resolved \d/).click()
  await leila.sees('Agreed: other words')
})

test('who only reads a text sees and hears its brackets, and is told how words come into brackets', async () => {
  const [joan, samir] = await Promise.all([stage.enter('Joan Miller'), stage.enter('Samir Haddad')])
  await Promise.all([joan.opens('2'), samir.opens('2')])
  const words = 'con competencia para ello'
  await joan.text.getByText(words).click()
  await cardOf(joan, words).getByText('The focal point of your component takes its side here. You can comment on the words.').waitFor()
  expect(await cardOf(joan, words).getByRole('button', { name: /Settle|Take a side|Support|Offer/ }).count()).toBe(0)
  expect(await joan.page.getByRole('button', { name: /Put in brackets/ }).count()).toBe(0)
  await samir.drags('El primer papel')
  await samir.clicks('Comment')
  await samir.sees(/^To have words put in brackets, write which component/)
})

test('from a comment that asks for brackets, whoever writes the text opens them for its component', async () => {
  const [leila, marta] = await Promise.all([stage.enter('Leila Mansour'), stage.enter('Marta Roca')])
  await Promise.all([leila.opens('5'), marta.opens('5')])
  const words = 'oxida las manos'
  await leila.drags(words)
  await leila.clicks('Comment')
  await leila.page.getByRole('textbox', { name: 'Your comment' }).fill('Please put this in brackets for us: the image does not travel.')
  const audience = leila.page.getByLabel('Who reads this')
  if (await audience.count() > 0) await audience.selectOption('all')
  await leila.presses('Control+Enter')
  await marta.page.getByRole('button', { name: /Leila Mansour.*Please put this in brackets/ }).click()
  await marta.clicks('Put these words in brackets')
  // The code stands there until the names of the components have come.
  const chosen = form(marta).getByLabel('For which component').locator('option:checked', { hasText: 'UCLG Middle East and West Asia' })
  await chosen.waitFor({ state: 'attached' })
  await form(marta).getByLabel(/^Why/).fill('The image does not travel.')
  await form(marta).getByRole('button', { name: 'Put in brackets' }).click()
  await seesInBrackets(leila, words)
})

test('without a connection nothing is put in brackets and nothing typed is lost', async () => {
  const marta = await stage.enter('Marta Roca')
  await marta.opens('6')
  await marta.isSaved()
  await begins(marta, 'por años y no por meses', 'Committee on Culture', 'as they are', 'It took three meetings.')
  await marta.losesConnection()
  await form(marta).getByRole('button', { name: 'Put in brackets' }).click()
  await form(marta).getByRole('alert').waitFor()
  expect(await inBrackets(marta)).toEqual([])
  expect(await form(marta).getByLabel(/^Why/).inputValue()).toBe('It took three meetings.')
  await marta.findsConnection()
  await marta.isSaved()
  await form(marta).getByRole('button', { name: 'Put in brackets' }).click()
  await seesInBrackets(marta, 'por años y no por meses')
})

test('brackets whose words were deleted are told as such, and what cannot be put back says so', async () => {
  const marta = await stage.enter('Marta Roca')
  await marta.opens('7')
  const words = 'la mitad de su tiempo'
  await puts(marta, words, 'Metropolis', 'out', 'Half is a lot.')
  await seesInBrackets(marta, words)
  await marta.selects(words)
  await marta.presses('Delete')
  await marta.isSaved()
  await marta.reloads()
  await marta.page.getByRole('region', { name: 'Brackets without their words' }).getByRole('button', { name: /Metropolis/ }).click()
  await marta.sees('The brackets are gone from the text: these words were cut, deleted or changed elsewhere.')
  marta.troubles.expect(/mark.* 409/)
  await marta.clicks('Put the brackets back')
  await cardOf(marta, words).getByRole('alert').waitFor()
})

test('the page counts each chapter to zero, and what is settled there leaves the text', async () => {
  const [ines, marta] = await Promise.all([stage.enter('Inés Duarte'), stage.enter('Marta Roca')])
  await marta.opens('4')
  await ines.goesTo(PAGE)
  await ines.sees(/^\d+ brackets remain in \d chapters$/)
  const item = ines.page.getByRole('article', { name: 'Brackets around “con la misma paciencia”' })
  const before = Number(/\d+/.exec((await ines.page.getByRole('heading', { name: /brackets remain/ }).textContent()) ?? '')?.[0])
  await item.getByRole('button', { name: 'Settle' }).click()
  await item.getByRole('radio', { name: 'Remove them' }).check()
  await item.getByRole('button', { name: 'Settle it' }).click()
  await ines.seesHeading(new RegExp(`^${before - 1} brackets remain`))
  await marta.reads('se apliquen a un grupo de jubilados')
  await ines.clicks(/^Settled \d/)
  await ines.page.getByRole('article', { name: 'Brackets around “con la misma paciencia”' }).getByText('Agreed: the words are gone').waitFor()
  await ines.clicks(/^Open \d/)
  await ines.page.getByRole('link', { name: /^Paragraph \d+$/ }).first().click()
  await ines.text.waitFor()
})

test('sealing says how many brackets remain, and the sealed draft goes on saying it', async () => {
  const ines = await stage.enter('Inés Duarte')
  await ines.goesTo(PAPER)
  await ines.clicks('Seal a draft')
  await ines.sees(/^\d+ brackets remain and will be sealed with the words\.$/)
  await ines.page.getByLabel('Name', { exact: true }).fill('With brackets')
  await ines.clicks('Seal for good')
  await ines.seesHeading('With brackets')
  await ines.sees(/^\d+ brackets remained$/)
  await ines.button('Español').click()
  await ines.page.locator('.sealed-text').getByText('[', { exact: true }).first().waitFor()
  await ines.page.locator('.views summary').first().click()
  await ines.button('Clean, Spanish text, in PDF').waitFor()
})

const looks = (['light', 'dark'] as const).flatMap((colorScheme) => [DESK, PHONE].map((viewport) => ({ colorScheme, viewport })))
test.each(looks)('the page and the cards of brackets are in order for everybody, $viewport.width, $colorScheme', async (look) => {
  const marta = await stage.enter('Marta Roca', look)
  const isInOrder = async (state: string) =>
    expect([...(await findingsOf(marta.page)), ...((await sidewaysScroll(marta.page)) > 0 ? ['scrolls sideways'] : [])], state).toEqual([])
  await marta.goesTo(PAGE)
  await marta.button(/^Settled \d/).waitFor()
  await isInOrder('the page')
  await marta.button('Settle').first().click()
  await isInOrder('settling')
  await marta.opens('2')
  await marta.text.getByText('con competencia para ello').click()
  await marta.button('Fold').waitFor()
  await isInOrder('a card')
})
