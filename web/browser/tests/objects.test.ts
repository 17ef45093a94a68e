import { expect, test } from 'vitest'
import { findingsOf, sidewaysScroll } from '../harness/axe'
import { eventually } from '../harness/eventually'
import { PAPER, PHONE, type Person } from '../harness/person'
import { png } from '../harness/png'
import { theStage } from '../harness/stage'

const stage = theStage()
const SOURCES = `/p/${PAPER.split('/')[2]}/sources`

/** The cells of the first table, row by row. */
const cells = (person: Person): Promise<string[][]> =>
  person.text.locator('table').first().evaluate((table) => [...table.querySelectorAll('tr')].map((row) => [...row.children].map((cell) => cell.textContent ?? '')))
const seesCells = (person: Person, wanted: string[][]): Promise<string[][]> =>
  eventually(`${person.name} sees the table`, () => cells(person), (seen) => JSON.stringify(seen) === JSON.stringify(wanted))
const notes = (person: Person): Promise<string[]> => person.text.locator('.note').allTextContents()

test('Marta writes a note by keyboard, goes on with her sentence, and Adaeze reads both', async () => {
  const [marta, adaeze] = await Promise.all([stage.enter('Marta Roca'), stage.enter('Adaeze Obi')])
  await Promise.all([marta.opens('3'), adaeze.opens('3')])
  await marta.puts('after', 'una consigna para el equipaje')
  await marta.presses('Control+Alt+f')
  await marta.sees('Write the note; Enter leads back to the text.')
  await marta.types('Véase el informe de Túnez.')
  await marta.presses('Enter')
  await marta.types(' vigilada')
  await marta.isSaved()
  for (const person of [marta, adaeze]) {
    await eventually(`${person.name} has the note`, () => notes(person), (all) => all.includes('Véase el informe de Túnez.'))
    expect(await person.text.getByRole('button', { name: 'Note 1', includeHidden: true }).count()).toBe(1)
  }
  await adaeze.reads('Véase el informe de Túnez.1 vigilada')

  // Its words are out of sight until the number is pressed, and then one writes in them.
  await marta.text.locator('.note-chip').click()
  await marta.types(' 2015.')
  await marta.presses('Escape')
  await marta.types(',')
  await eventually('the note has grown, the comma is in the line', () => adaeze.paragraphs(), (all) => all.some((each) => each.includes('Túnez. 2015.1, vigilada')))

  // Backspace behind the number first chooses the note, then takes it away; undo brings it back.
  await marta.presses('ArrowLeft', 'Backspace')
  expect((await notes(marta)).join()).toContain('2015.')
  await marta.presses('Backspace')
  await eventually('the note is gone', () => notes(adaeze), (all) => all.length === 0)
  await marta.presses('Control+z')
  await eventually('the note is back', () => notes(adaeze), (all) => all.length === 1)
})

test('a table: Marta sets it, Tab goes through it, Adaeze adds a column at the same time, and no selection joins its cells', async () => {
  const [marta, adaeze] = await Promise.all([stage.enter('Marta Roca'), stage.enter('Adaeze Obi')])
  await Promise.all([marta.opens('5'), adaeze.opens('5')])
  const [first] = (await marta.paragraphs()).slice(1)
  await marta.puts('after', first!.slice(-20))
  await marta.button('Table').click()
  const menu = marta.page.getByRole('dialog', { name: 'Table' })
  await menu.getByLabel('Rows').fill('2')
  await menu.getByLabel('Columns').fill('2')
  await menu.getByRole('button', { name: 'Insert the table' }).click()
  for (const word of ['City', 'Year', 'Tunis']) {
    await marta.types(word)
    await marta.presses('Tab')
  }
  await marta.types('2015')
  await seesCells(adaeze, [['City', 'Year'], ['Tunis', '2015']])
  expect(await adaeze.text.locator('th[scope=col]').count()).toBe(2)

  await adaeze.text.getByText('Year', { exact: true }).click()
  await adaeze.button('Table').click()
  await adaeze.button('Add a column after').click()
  await adaeze.types('Country')
  await seesCells(marta, [['City', 'Year', 'Country'], ['Tunis', '2015', '']])
  for (const word of ['TN', 'Lyon']) {
    await marta.presses('Tab')
    await marta.types(word)
  }
  const both = [['City', 'Year', 'Country'], ['Tunis', '2015', 'TN'], ['Lyon', '', '']]
  await Promise.all([seesCells(marta, both), seesCells(adaeze, both)])

  await marta.text.getByText('Tunis', { exact: true }).click()
  await marta.presses('Home', 'Shift+ArrowDown', 'Delete')
  await eventually('the table has its three rows', () => cells(marta), (seen) => seen.length === 3 && seen.every((row) => row.length === 3))
  await marta.text.getByText('Year', { exact: true }).click()
  await marta.button('Table').click()
  await marta.button('Delete the table').click()
  await eventually('the table is gone', () => adaeze.text.locator('table').count(), (count) => count === 0)
})

test('a picture goes in with what it shows, is seen by everybody, and every mistake is said where it was made', async () => {
  const [marta, joan] = await Promise.all([stage.enter('Marta Roca'), stage.enter('Joan Miller')])
  await Promise.all([marta.opens('2'), joan.opens('2')])
  const [, paragraph] = await marta.paragraphs()
  await marta.puts('after', paragraph!.slice(-20))
  await marta.button('Picture').click()
  const dialog = marta.page.getByRole('dialog', { name: 'Insert a picture' })
  await dialog.getByRole('button', { name: 'Insert', exact: true }).click()
  await dialog.getByText('Choose the file with the picture.').waitFor()
  await dialog.getByLabel('File').setInputFiles({ name: 'plan.gif', mimeType: 'image/gif', buffer: Buffer.from('GIF89a') })
  await dialog.getByText(/plan\.gif is neither a PNG nor a JPEG/).waitFor()
  await dialog.getByLabel('File').setInputFiles({ name: 'plaza.png', mimeType: 'image/png', buffer: png(320, 200) })
  await dialog.getByRole('button', { name: 'Insert', exact: true }).click()
  await dialog.getByText(/who does not see it would have nothing/).waitFor()
  await dialog.getByLabel('What it shows').fill('A square with a market')
  await dialog.getByLabel('Whose it is').fill('City of Tunis')
  expect(await findingsOf(marta.page)).toEqual([])
  await dialog.getByRole('button', { name: 'Insert', exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
  await marta.types('The market, 2015')
  for (const person of [marta, joan]) {
    const image = person.text.getByRole('img', { name: 'A square with a market' })
    await image.waitFor()
    await eventually('the picture is there', () => image.evaluate((element) => (element as HTMLImageElement).naturalWidth), (width) => width === 320)
  }
  await joan.reads('The market, 2015')

  await marta.button('Describe the picture').click()
  const describing = marta.page.getByRole('dialog', { name: 'Describe the picture' })
  await describing.getByLabel('What it shows').fill('A market square in the rain')
  await describing.getByRole('button', { name: 'Save' }).click()
  await joan.text.getByRole('img', { name: 'A market square in the rain' }).waitFor()
})

test('a source is added while citing, heard and seen at the citation, and listed with where it is cited', async () => {
  const [marta, joan] = await Promise.all([stage.enter('Marta Roca'), stage.enter('Joan Miller')])
  await marta.goesTo(SOURCES)
  await marta.sees(/There are no sources yet\. Add the first one/)
  await marta.opens('4')
  const [, paragraph] = await marta.paragraphs()
  await marta.puts('after', paragraph!.slice(-20))
  await marta.presses('Control+Alt+c')
  const dialog = marta.page.getByRole('dialog', { name: 'Cite a source' })
  await dialog.getByText('This paper has no sources yet. Add the first one.').waitFor()
  await dialog.getByRole('button', { name: 'Add a source' }).click()
  await dialog.getByRole('button', { name: 'Add and cite' }).click()
  await dialog.getByText('A source needs a title.').waitFor()
  await dialog.getByLabel('Author').fill('Harvey, David')
  await dialog.getByLabel('Title').fill('The Right to the City')
  await dialog.getByLabel('Year').fill('2008')
  await dialog.getByLabel('Address on the web').fill('javascript:alert(1)')
  await dialog.getByRole('button', { name: 'Add and cite' }).click()
  await dialog.getByText(/^It begins with https/).waitFor()
  await dialog.getByLabel('Address on the web').fill('https://newleftreview.org/issues/ii53')
  await dialog.getByRole('button', { name: 'Add and cite' }).click()
  await eventually('the citation is in the text', () => marta.text.locator('cite').allTextContents(), (all) => all.join().startsWith('Harvey 2008'))
  await marta.isSaved()
  await joan.opens('4')
  await joan.text.getByText('(Source: Harvey, David: The Right to the City, 2008)').waitFor({ state: 'attached' })

  await joan.goesTo(SOURCES)
  await joan.sees('The Right to the City')
  await joan.page.getByRole('link', { name: 'chapter 4 (ES)' }).waitFor()
  expect(await joan.button('Add a source').count()).toBe(0)
  expect(await findingsOf(joan.page)).toEqual([])
  await marta.goesTo(SOURCES)
  await marta.button(/^Offer Harvey.* no longer$/).click()
  await marta.seesHeading('No longer offered')
})

test('on a phone a wide table is moved inside its own box, and the page stays', async () => {
  const marta = await stage.enter('Marta Roca', { viewport: PHONE })
  await marta.opens('8')
  await marta.button('Write').click()
  const [, paragraph] = await marta.paragraphs()
  await marta.puts('after', paragraph!.slice(-20))
  await marta.button('Table').click()
  const menu = marta.page.getByRole('dialog', { name: 'Table' })
  await menu.getByLabel('Columns').fill('8')
  await menu.getByRole('button', { name: 'Insert the table' }).click()
  await marta.types('City')
  await eventually('there are eight columns', () => cells(marta), (seen) => seen[0]?.length === 8)
  expect(await sidewaysScroll(marta.page)).toBe(0)
  expect(await marta.text.locator('.table').evaluate((box) => box.scrollWidth > box.clientWidth)).toBe(true)
  // A head that nobody has written yet is empty.
  expect((await findingsOf(marta.page)).filter((finding) => !finding.startsWith('empty-table-header'))).toEqual([])
})
