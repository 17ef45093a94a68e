import { expect, test } from 'vitest'
import { findingsOf, sidewaysScroll } from '../harness/axe'
import { DESK, PAPER, PHONE, type Person } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()
const SLUG = PAPER.split('/').at(-1)!
const MATRIX = `/p/${SLUG}/matrix`

/** Twelve remarks of Camila's, on words that others have commented on already. */
async function remarks(of: string): Promise<void> {
  const person = await stage.enter(of)
  const { threads } = (await (await person.context.request.get(`/api/v1/papers/${SLUG}/threads`)).json()) as { threads: { text: string; anchor: unknown; paragraph: string }[] }
  for (let n = 0; n < 12; n += 1) {
    const { text, anchor, paragraph } = threads[n % threads.length]
    const answer = await person.context.request.post(`/api/v1/texts/${text}/threads`, {
      data: { anchor, paragraph, body: `${of} asks ${n + 1}`, kind: 'editorial' },
      headers: { origin: stage.service().url },
    })
    expect(answer.status()).toBe(201)
  }
}

/** The matrix with the remarks of `of` alone. */
async function opensMatrix(person: Person, of: string): Promise<void> {
  await person.goesTo(MATRIX)
  await person.seesHeading('Matrix of remarks and amendments')
  await person.page.getByRole('searchbox').fill(`${of} asks`)
  await person.page.getByText('12 rows', { exact: true }).waitFor()
  await person.page.getByText(`${of} asks`).first().waitFor()
}

const rowsWith = (person: Person, words: string) => person.page.locator('.canvas [data-row]').filter({ hasText: words })
const focused = (person: Person) => person.page.evaluate(() => document.activeElement?.getAttribute('aria-rowindex') ?? document.activeElement?.tagName)

test('Nadia answers ten rows by keyboard alone, each answer leading to the next row', async () => {
  await remarks('Camila Rojas')
  const nadia = await stage.enter('Nadia Bel')
  await opensMatrix(nadia, 'Camila Rojas')
  await nadia.page.getByRole('row', { name: /Camila Rojas asks/ }).first().focus()
  for (let n = 0; n < 10; n += 1) {
    await nadia.presses('p')
    await nadia.page.getByRole('textbox', { name: 'Why, in words for its authors' }).fill(`Taken in paragraph ${n + 1}.`)
    await nadia.presses('Control+Enter')
    await expect.poll(() => rowsWith(nadia, 'Accepted in part').count()).toBe(n + 1)
    await expect.poll(() => focused(nadia)).not.toBe('TEXTAREA')
    await nadia.presses('Escape')
  }
  await nadia.presses('?')
  await nadia.seesHeading('The matrix by keyboard')
})

test('rows are answered together after a look, and taken back together', async () => {
  await remarks('Claire Vasseur')
  const nadia = await stage.enter('Nadia Bel')
  await opensMatrix(nadia, 'Claire Vasseur')
  await nadia.page.getByRole('row', { name: /Claire Vasseur asks/ }).first().focus()
  await nadia.presses('Space', 'Shift+ArrowDown', 'Shift+ArrowDown', 'Shift+ArrowDown', 'n')
  await nadia.seesHeading('Answer 4 rows')
  await nadia.clicks('Look what happens')
  await nadia.sees('4 rows get this answer.')
  await nadia.page.getByRole('dialog').getByRole('button', { name: 'Answer 4 rows' }).click()
  await nadia.sees('4 answers given.')
  await expect.poll(() => rowsWith(nadia, 'Noted').count()).toBe(4)
  await nadia.clicks('Take back')
  await nadia.sees('4 answers were taken back; they stay on record.')
  await expect.poll(() => rowsWith(nadia, 'Noted').count()).toBe(0)
})

test('Nadia works through what is still open, and each answer leads to the row after it', async () => {
  await remarks('Omar Saleh')
  const nadia = await stage.enter('Nadia Bel')
  await opensMatrix(nadia, 'Omar Saleh')
  await nadia.page.getByRole('combobox', { name: 'State', exact: true }).selectOption({ label: 'Still open' })
  const ids = await nadia.page.locator('.canvas [data-row]').evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset.row!))
  const on = () => nadia.page.evaluate(() => (document.activeElement as HTMLElement).dataset.row)
  await nadia.page.locator(`[data-row="${ids[2]}"]`).focus()
  await nadia.presses('n', 'Control+Enter')
  await expect.poll(on).toBe(ids[3])
  await nadia.presses('Escape')
  await expect.poll(() => nadia.page.locator('.row-detail').count()).toBe(0)
  await nadia.presses('Space', 'Shift+ArrowDown', 'n')
  await nadia.seesHeading('Answer 2 rows')
  await nadia.clicks('Look what happens')
  await nadia.page.getByRole('dialog').getByRole('button', { name: 'Answer 2 rows' }).click()
  await nadia.sees('2 answers given.')
  await expect.poll(on).toBe(ids[5])
})

test('a search asks for the rows, and for no new stream of events', async () => {
  await remarks('Leila Mansour')
  const nadia = await stage.enter('Nadia Bel')
  await nadia.goesTo(MATRIX)
  await nadia.seesHeading('Matrix of remarks and amendments')
  await nadia.page.locator('.canvas [data-row]').first().waitFor()
  const asked: string[] = []
  nadia.page.on('request', (request) => asked.push(new URL(request.url()).pathname.split('/').at(-1)!))
  await nadia.page.getByRole('searchbox').pressSequentially('Leila Mansour asks')
  await nadia.page.getByText('12 rows', { exact: true }).waitFor()
  expect(asked).toContain('index')
  expect(asked).not.toContain('events')
})

test('of two who answer one row, the second is told whose answer stands, and keeps the words', async () => {
  await remarks('Tomás Ibarra')
  const [nadia, marta] = await Promise.all([stage.enter('Nadia Bel'), stage.enter('Marta Roca')])
  await Promise.all([opensMatrix(nadia, 'Tomás Ibarra'), opensMatrix(marta, 'Tomás Ibarra')])
  await marta.page.getByRole('row', { name: /Tomás Ibarra asks/ }).first().focus()
  await marta.presses('x')
  const words = marta.page.getByRole('textbox', { name: 'Why, in words for its authors' })
  await words.fill('We said so in Lisbon.')
  await nadia.page.getByRole('row', { name: /Tomás Ibarra asks/ }).first().focus()
  await nadia.presses('a')
  await nadia.page.getByRole('textbox', { name: /^Words for its authors/ }).press('Control+Enter')
  await nadia.sees('Answer given.')
  await marta.sees(/^Nadia Bel answered this row while you were writing/)
  expect(await words.inputValue()).toBe('We said so in Lisbon.')
  await marta.reloads()
  await marta.page.getByRole('textbox', { name: 'Why, in words for its authors' }).or(marta.button('Give another answer')).first().waitFor()
})

test('whoever clicked a row and writes keeps form and place when somebody else answers it, and is told so again the next time', async () => {
  await remarks('Samir Haddad')
  const [nadia, marta] = await Promise.all([stage.enter('Nadia Bel'), stage.enter('Marta Roca')])
  await Promise.all([opensMatrix(nadia, 'Samir Haddad'), opensMatrix(marta, 'Samir Haddad')])
  const first = (person: Person) => person.page.getByRole('row', { name: /Samir Haddad asks/ }).first()
  await first(marta).click()
  await marta.page.getByRole('textbox', { name: 'Why, in words for its authors' }).click()
  await marta.types('We said')
  await first(nadia).focus()
  await nadia.presses('a')
  await nadia.page.getByRole('textbox', { name: /^Words for its authors/ }).press('Control+Enter')
  await nadia.sees('Answer given.')
  await marta.sees(/^Nadia Bel answered this row while you were writing/)
  await marta.types(' so in Lisbon.')
  const words = marta.page.getByRole('textbox', { name: 'Why, in words for its authors' })
  expect(await words.inputValue()).toBe('We said so in Lisbon.')
  await marta.reloads()
  await marta.clicks('Give another answer')
  expect(await words.inputValue()).toBe('We said so in Lisbon.')
  await marta.sees(/^Nadia Bel answered this row while you were writing/)
})

test('an answer to many rows is refused when one of them was answered after the look', async () => {
  await remarks('Youssef Tazi')
  const [nadia, marta] = await Promise.all([stage.enter('Nadia Bel'), stage.enter('Marta Roca')])
  await Promise.all([opensMatrix(nadia, 'Youssef Tazi'), opensMatrix(marta, 'Youssef Tazi')])
  const first = (person: Person) => person.page.getByRole('row', { name: /Youssef Tazi asks/ }).first()
  await first(nadia).focus()
  await nadia.presses('Space', 'Shift+ArrowDown', 'n')
  await nadia.clicks('Look what happens')
  await nadia.sees('2 rows get this answer.')
  await first(marta).focus()
  await marta.presses('a')
  await marta.page.getByRole('textbox', { name: /^Words for its authors/ }).press('Control+Enter')
  await marta.sees('Answer given.')
  await nadia.sees('One of them has an answer already; it stays on record.')
  nadia.troubles.expect(/409/)
  await nadia.page.getByRole('dialog').getByRole('button', { name: 'Answer 2 rows' }).click()
  await nadia.page.getByRole('dialog').getByRole('alert').waitFor()
  await nadia.button('Look what happens').waitFor()
  expect(await rowsWith(nadia, 'Noted').count()).toBe(0)
})

test('an answer with a paragraph that is not there: its field is at fault, and not the words', async () => {
  await remarks('Amina Keita')
  const nadia = await stage.enter('Nadia Bel')
  await opensMatrix(nadia, 'Amina Keita')
  await nadia.page.getByRole('row', { name: /Amina Keita asks/ }).first().focus()
  await nadia.presses('p')
  const why = nadia.page.getByRole('textbox', { name: 'Why, in words for its authors' })
  const place = nadia.page.getByRole('textbox', { name: 'Paragraph with the resulting words' })
  await why.fill('It is said there.')
  await place.fill('9999')
  await place.press('Enter')
  await nadia.sees('This chapter has no paragraph 9999.')
  expect([await place.getAttribute('aria-invalid'), await why.getAttribute('aria-invalid'), await why.inputValue()]).toEqual(['true', null, 'It is said there.'])
  await expect.poll(() => place.evaluate((field) => field === document.activeElement)).toBe(true)
})

test('a choice that is refused is not shown as made', async () => {
  await remarks('Rania Khoury')
  const nadia = await stage.enter('Nadia Bel')
  await opensMatrix(nadia, 'Rania Khoury')
  await nadia.page.getByRole('row', { name: /Rania Khoury asks/ }).first().click()
  const holder = nadia.page.getByRole('combobox', { name: 'Who answers this' })
  nadia.troubles.expect(/ERR_FAILED/)
  await nadia.page.route('**/matrix/assignments', (route) => route.abort())
  await holder.selectOption({ label: 'Marta Roca' })
  await nadia.page.locator('.row-detail').getByRole('alert').waitFor()
  await expect.poll(() => holder.inputValue()).toBe('')
})

test('Escape in a box closes the box, and the open row stays', async () => {
  await remarks('Li Chen')
  const nadia = await stage.enter('Nadia Bel')
  await opensMatrix(nadia, 'Li Chen')
  const first = nadia.page.getByRole('row', { name: /Li Chen asks/ }).first()
  await first.click()
  await nadia.clicks(/^Keys/)
  await nadia.seesHeading('The matrix by keyboard')
  await nadia.presses('Escape')
  await nadia.page.getByRole('dialog').waitFor({ state: 'hidden' })
  expect(await nadia.page.locator('.row-detail').count()).toBe(1)
  await first.focus()
  await nadia.presses('Escape')
  await expect.poll(() => nadia.page.locator('.row-detail').count()).toBe(0)
})

test('what is wanted stands in the address, and with it the row that is open', async () => {
  await remarks('Camila Rojas')
  const nadia = await stage.enter('Nadia Bel')
  await nadia.goesTo(`${MATRIX}?component=LATAM`)
  const choice = (name: string) => nadia.page.getByRole('combobox', { name, exact: true })
  await choice('Kind').selectOption({ label: 'Editorial' })
  await nadia.page.getByRole('row', { name: /Camila Rojas asks/ }).first().click()
  await expect.poll(() => new URL(nadia.page.url()).search).toBe('?component=LATAM&kind=editorial')
  const { hash } = new URL(nadia.page.url())
  await nadia.reloads()
  await nadia.page.locator('.row-detail h2').waitFor()
  expect(await choice('Component').inputValue()).toBe('LATAM')
  expect(await choice('Kind').inputValue()).toBe('editorial')
  await expect.poll(() => new URL(nadia.page.url()).hash).toBe(hash)
  expect(await nadia.page.locator('.canvas .component').evaluateAll((marks) => [...new Set(marks.map((mark) => mark.textContent))])).toEqual(['LATAM'])
  await nadia.goesTo(`/p/${SLUG}/review`)
  const link = nadia.page.getByRole('link', { name: /^Open what .+ sent/ }).first()
  const code = new URL((await link.getAttribute('href'))!, nadia.page.url()).searchParams.get('component')!
  await link.click()
  await nadia.seesHeading('Matrix of remarks and amendments')
  await expect.poll(() => choice('Component').inputValue()).toBe(code)
})

test('Jonas finds the amendments among the rows, puts one off by keyboard, and is led to its page where words are to be written', async () => {
  const jonas = await stage.enter('Jonas Lindqvist')
  await jonas.goesTo(MATRIX)
  await jonas.page.getByRole('combobox', { name: 'Kind', exact: true }).selectOption({ label: 'Amendment' })
  await jonas.page.getByRole('combobox', { name: 'State', exact: true }).selectOption({ label: 'Unanswered' })
  const first = jonas.page.getByRole('row', { name: /^Amendment \d+,/ }).first()
  const name = /^Amendment \d+/.exec((await first.getAttribute('aria-label')) ?? '')![0]
  await first.focus()
  await jonas.presses('m')
  await jonas.seesHeading(name)
  await jonas.sees(/^“Accepted in other words” is not given to an amendment from here/)
  const choices = jonas.page.getByRole('group', { name: 'What becomes of it' }).getByRole('radio')
  expect(await choices.count()).toBe(4)
  expect(await findingsOf(jonas.page)).toEqual([])
  await jonas.page.setViewportSize(PHONE)
  expect(await findingsOf(jonas.page)).toEqual([])
  expect(await sidewaysScroll(jonas.page)).toBe(0)
  await jonas.page.setViewportSize(DESK)
  await jonas.presses('Escape', 'd')
  await jonas.page.getByRole('textbox', { name: 'Why, in words for its authors' }).fill('We come back to it in Durban.')
  await jonas.presses('Control+Enter')
  await jonas.sees('Answer given.')
  expect(await jonas.button('Take back').count(), 'a decision stands').toBe(0)
  await jonas.page.getByRole('combobox', { name: 'State', exact: true }).selectOption({ label: 'Put off' })
  await jonas.page.getByRole('row', { name: new RegExp(`^${name},`) }).click()
  await jonas.page.getByRole('link', { name: 'Open the amendment' }).first().click()
  await jonas.seesHeading(name)
  await jonas.sees('We come back to it in Durban.')
})

test('Claire throws a file away that she only looked at', async () => {
  const claire = await stage.enter('Claire Vasseur')
  await claire.goesTo(MATRIX)
  await claire.clicks('Bring in a file')
  const file = { name: 'comments.csv', mimeType: 'text/csv', buffer: Buffer.from('Comments,Paragraph\nWhose city?,5\n') }
  await claire.page.getByLabel('File', { exact: true }).setInputFiles(file)
  await claire.clicks('Look at it')
  await claire.page.getByRole('listitem').filter({ hasText: 'is new' }).waitFor()
  await claire.clicks('Throw the file away')
  await claire.sees('The file was thrown away. Nothing of it was taken in.')
  expect(await claire.button('Look at it').isDisabled()).toBe(true)
})

test('Adaeze brings a spreadsheet in, sees what each row is, and finds the remarks known the second time', async () => {
  const adaeze = await stage.enter('Adaeze Obi')
  const csv = 'Paragraph,Comments,Proposed change\n5,"Who pays, and since when?",\n6,,better words\n,,\n7,,\n'
  for (const [first, second] of [['2 are new', 'Take in 2 remarks'], ['2 are here already', 'Nothing to take in']]) {
    await adaeze.goesTo(MATRIX)
    await adaeze.clicks('Bring in a file')
    await adaeze.page.getByLabel('File', { exact: true }).setInputFiles({ name: 'comments.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
    await adaeze.clicks('Look at it')
    await adaeze.page.getByRole('listitem').filter({ hasText: first }).waitFor()
    await adaeze.sees('no comment and no proposed words')
    const take = adaeze.button(second)
    await take.waitFor()
    if (await take.isDisabled()) continue
    await take.click()
    await adaeze.sees('2 new remarks were taken in.')
  }
})
