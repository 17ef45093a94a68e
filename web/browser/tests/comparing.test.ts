import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { findingsOf, sidewaysScroll } from '../harness/axe'
import { eventually } from '../harness/eventually'
import { DESK, PAPER, PHONE, type Person } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()
const COMPARE = PAPER.replace('/papers/', '/p/') + '/compare'

async function sealsAs(name: string): Promise<string> {
  const ines = await stage.enter('Inés Duarte')
  await ines.goesTo(PAPER)
  await ines.clicks('Seal a draft')
  await ines.page.getByLabel('Name', { exact: true }).fill(name)
  await ines.clicks('Seal for good')
  await ines.seesHeading(name)
  return new URL(ines.page.url()).pathname.split('/').at(-1)!
}

async function isInOrder(person: Person, state: string): Promise<void> {
  expect([...(await findingsOf(person.page)), ...((await sidewaysScroll(person.page)) > 0 ? ['scrolls sideways'] : [])], state).toEqual([])
}

/** The paragraph that has the focus, as it reads. */
const focused = (person: Person) => person.page.evaluate(() => document.activeElement?.querySelector('.words')?.textContent ?? '')

test('Samir sees what Adaeze wrote since a draft was sealed, word by word with her name, and folds open what stayed', async () => {
  const id = await sealsAs('Before Adaeze')
  const [adaeze, samir] = await Promise.all([stage.enter('Adaeze Obi'), stage.enter('Samir Haddad')])
  await adaeze.opens('1')
  await adaeze.puts('after', 'Por qué hablan las ciudades')
  await adaeze.types(' y escuchan')
  await adaeze.isSaved()

  await samir.goesTo(`${PAPER}/milestones/${id}`)
  await samir.page.getByRole('link', { name: 'What changed since', exact: true }).click()
  await samir.seesHeading('Today’s text compared with Before Adaeze')
  await samir.page.getByRole('button', { name: 'Español' }).click()
  await samir.sees('One change')
  expect(await samir.page.locator('.comparison ins').allTextContents()).toEqual(['inserted: y escuchan end of the change.'].map((words) => expect.stringContaining(words.split(' ')[1]!)))
  await samir.sees(/Adaeze Obi, UCLG Africa/)
  expect(await samir.page.getByText('acaba de').count()).toBe(0)
  const coming = samir.page.waitForEvent('download')
  await samir.clicks('Download the redline as HTML')
  const file = await (await coming).path()
  expect(await readFile(file, 'utf8')).toMatch(/<ins>[^<]*escuchan[^<]*<\/ins>/)
  await samir.page.getByRole('button', { name: /^Show: Paragraphs 1 to/ }).click()
  await samir.page.getByRole('button', { name: 'Fold again' }).waitFor()
  expect(await samir.page.locator('.comparison .block.kept p.words').count()).toBeGreaterThan(3)
  await isInOrder(samir, 'unfolded')

  // Read: from now on the comparison begins here, for Samir.
  await samir.clicks('I have read this')
  await samir.sees('Noted. “What I last read” begins here.')
  await samir.page.getByLabel('Compared with').selectOption('seen')
  expect(await samir.page.getByRole('heading', { level: 1 }).textContent(), 'choosing alone goes nowhere').toContain('Before Adaeze')
  await samir.clicks('Compare')
  await samir.seesHeading(/^Today’s text compared with what you read on/)
  await samir.sees('Both drafts say the same, word for word.')
  await isInOrder(samir, 'nothing changed')
})

test('from change to change by key, clean and back, and the keys are told', async () => {
  const marta = await stage.enter('Marta Roca')
  const { milestones } = await (await marta.context.request.get(`/api/v1${PAPER}/milestones`)).json()
  await marta.goesTo(`${COMPARE}/${milestones[0].id}/now?language=es`)
  await marta.page.locator('.comparison').waitFor()
  const count = await marta.page.getByRole('group', { name: 'Go from change to change' }).getByRole('status').textContent()
  const total = Number.parseInt(count ?? '', 10)
  expect(total).toBeGreaterThan(1)
  await marta.presses('n')
  await marta.sees(`1 of ${total}`)
  const first = await focused(marta)
  expect(first).not.toBe('')
  await marta.presses('j')
  await marta.sees(`2 of ${total}`)
  await eventually('another paragraph has the focus', () => focused(marta), (words) => words !== first)
  await marta.presses('k')
  await eventually('the first one again', () => focused(marta), (words) => words === first)
  await marta.presses('p')
  await marta.sees(`${total} of ${total}`)
  await isInOrder(marta, 'at a change')

  await marta.presses('c')
  await marta.page.locator('.sealed-text .text').first().waitFor()
  expect(await marta.page.locator('main :is(del, ins)').count()).toBe(0)
  await marta.presses('?')
  await marta.page.getByRole('dialog', { name: 'The comparison by keyboard' }).waitFor()
  await isInOrder(marta, 'the keys')
  await marta.presses('Escape')
  await marta.presses('n')
  await marta.page.locator('.comparison').waitFor()
  await marta.page.getByRole('group', { name: 'How to show it' }).or(marta.page.getByRole('group', { name: /how/i })).first().waitFor()
  await marta.clicks('Side by side')
  await marta.page.locator('.pair').nth(1).waitFor()
  await isInOrder(marta, 'side by side')
  expect(new URL(marta.page.url()).searchParams.get('view')).toBe('sides')
})

test('what an amendment brought bears its number and the reasons on record', async () => {
  const claire = await stage.enter('Claire Vasseur')
  const { milestones } = await (await claire.context.request.get(`/api/v1${PAPER}/milestones`)).json()
  await claire.goesTo(`${COMPARE}/${milestones[0].id}/now?language=es`)
  await claire.page.locator('.why').first().waitFor()
  const line = claire.page.locator('.why li').filter({ has: claire.page.getByRole('link', { name: /^Amendment \d+$/ }) }).first()
  await line.getByText(/Accepted/).first().waitFor()
  await line.getByText('Reasons on record').click()
  expect((await line.locator('.said').first().textContent())?.length).toBeGreaterThan(10)
  await line.getByRole('link', { name: /^Amendment \d+$/ }).click()
  await claire.seesHeading(/./)
  expect(new URL(claire.page.url()).pathname).toMatch(/\/amendments\/[0-9a-f-]+$/)
})

test.each([{ viewport: DESK, colorScheme: 'dark' as const }, { viewport: PHONE, colorScheme: 'light' as const }, { viewport: PHONE, colorScheme: 'dark' as const }])(
  'the comparison is in order, $viewport.width px, $colorScheme', async (look) => {
    const marta = await stage.enter('Marta Roca', look)
    const { milestones } = await (await marta.context.request.get(`/api/v1${PAPER}/milestones`)).json()
    await marta.goesTo(`${COMPARE}/${milestones[0].id}/now?language=es`)
    await marta.page.locator('.comparison').waitFor()
    await isInOrder(marta, 'redline')
    await marta.clicks('Next change')
    await marta.sees(/^1 of/)
    await marta.clicks('Clean')
    await marta.page.locator('.sealed-text .text').first().waitFor()
    await isInOrder(marta, 'clean')
    expect(await marta.page.getByRole('button', { name: 'Side by side' }).count()).toBe(look.viewport === PHONE ? 0 : 1)
  })

test('without an earlier draft the page says what to do', async () => {
  const joan = await stage.enter('Joan Miller')
  joan.troubles.expect(/compare.* 409/)
  await joan.goesTo(`${COMPARE}/position/now`)
  await joan.sees('There is nothing earlier to compare with yet. Seal a draft first, or take a position on one.')
  await joan.page.getByRole('form', { name: 'Which drafts are compared' }).waitFor()
})
