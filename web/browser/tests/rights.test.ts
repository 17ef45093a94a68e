import { expect, test } from 'vitest'
import { findingsOf, sidewaysScroll } from '../harness/axe'
import { PAPER, PHONE, type Person } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()

const REFUSED = { name: 'Keep my words as a file' }
const times = (words: string, paragraphs: string[]) => paragraphs.join('\n').split(words).length - 1

/** Through the dialog, as Inés of the secretariat does it. */
async function locks(ines: Person, chapter: string, reason: string): Promise<void> {
  await ines.opens(chapter)
  await ines.clicks('Who writes here')
  await ines.page.getByLabel('Reason, for everybody who writes here').fill(reason)
  await ines.clicks('Lock the chapter')
  await ines.sees('locked')
}

async function unlocks(ines: Person): Promise<void> {
  await ines.clicks('Who writes here')
  await ines.clicks('Unlock the chapter')
  await expect.poll(() => ines.page.locator('main .locked').count()).toBe(0)
}

/** Without the page: how it is done there is told once, below. */
async function post(ines: Person, path: string, data: unknown): Promise<void> {
  const answer = await ines.context.request.post(`/api/v1${path}`, { data, headers: { origin: stage.service().url } })
  expect(answer.status(), await answer.text()).toBe(200)
}

async function seatOf(ines: Person, name: string): Promise<string> {
  const { people } = await (await ines.context.request.get('/api/v1/people')).json()
  return people.find((each: { name: string }) => each.name === name).seats[0].id
}

async function isReader(person: Person): Promise<void> {
  await expect.poll(() => person.text.getAttribute('role')).toBe('document')
  expect(await person.page.locator('[contenteditable="true"]').count()).toBe(0)
}

async function keptFor(person: Person): Promise<{ written: string[]; merged: boolean }[]> {
  return (await (await person.context.request.get('/api/v1/set-aside')).json()).set_aside
}

test('Inés locks a chapter: everybody sees by whom and why, Adaeze stops writing at once and goes on when it is open', async () => {
  const [ines, adaeze] = await Promise.all([stage.enter('Inés Duarte'), stage.enter('Adaeze Obi')])
  await adaeze.opens('1')
  await adaeze.puts('after', 'Por qué hablan las ciudades')
  await adaeze.types(' hoy')
  await adaeze.isSaved()
  await locks(ines, '1', 'The committee reads it this week.')
  await adaeze.sees(/Inés Duarte, .*Secretariat, locked this chapter .*“The committee reads it this week.”/)
  await isReader(adaeze)
  expect(await adaeze.button('Write').count()).toBe(0)
  await adaeze.selects('hablan las ciudades')
  await adaeze.clicks('Comment')
  await adaeze.page.getByRole('textbox', { name: 'Your comment' }).fill('Agreed.')
  await adaeze.presses('Control+Enter')
  await adaeze.page.getByRole('region', { name: /^Comment by Adaeze Obi/ }).waitFor()
  await adaeze.reloads()
  await adaeze.sees(/locked this chapter/)
  await isReader(adaeze)
  await adaeze.goesTo(PAPER)
  await adaeze.page.getByRole('listitem').filter({ hasText: 'Why cities speak' }).getByText('locked').waitFor()
  await adaeze.opens('1')
  await unlocks(ines)
  await adaeze.button('Write').waitFor()
  await expect.poll(() => adaeze.page.locator('main .locked').count()).toBe(0)
  expect(await keptFor(adaeze)).toEqual([])
})

test('what Adaeze wrote offline against a lock is kept for her, linked, downloaded, and enters no text', async () => {
  const [ines, adaeze, marta] = await Promise.all([stage.enter('Inés Duarte'), stage.enter('Adaeze Obi'), stage.enter('Marta Roca')])
  await Promise.all([adaeze.opens('2'), marta.opens('2')])
  await adaeze.isSaved()
  const before = await marta.paragraphs()
  await adaeze.losesConnection()
  await adaeze.puts('after', 'Siete principios')
  await adaeze.types(' escritos en el tren')
  await adaeze.sees(/^Offline: \d+ changes? kept/)
  await locks(ines, '2', 'Final reading.')
  await adaeze.findsConnection()
  const dialog = adaeze.page.getByRole('dialog', { name: 'This chapter was locked while you were writing' })
  await dialog.getByText('Nothing is lost: what you wrote is kept for you on the server').waitFor()
  expect(await findingsOf(adaeze.page)).toEqual([])

  // Reloaded in this state, it is the same again, and kept once.
  await adaeze.reloads()
  await dialog.getByText('Nothing is lost').waitFor()
  await dialog.getByRole('button', { name: 'Go on reading' }).click()
  await adaeze.nowhereReads('escritos en el tren')
  await isReader(adaeze)
  await adaeze.sees('4 words that you wrote here on 21 September 2016 are kept for you.')
  expect((await keptFor(adaeze)).map(({ written }) => written.join('|'))).toEqual([' escritos en el tren'])
  expect(await marta.paragraphs()).toEqual(before)
  expect(await keptFor(marta)).toEqual([])

  await adaeze.page.getByRole('link', { name: 'See what is kept' }).click()
  await adaeze.seesHeading('Kept for you')
  await adaeze.page.getByRole('link', { name: 'What you wrote on 21 September 2016 in “2 Principios compartidos: un derecho necesita una dirección”: 4 words' }).waitFor()
  expect(await findingsOf(adaeze.page)).toEqual([])
  const coming = adaeze.page.waitForEvent('download')
  await adaeze.page.getByRole('button', { name: /^Download the words of 21 September 2016/ }).click()
  const words = await (await coming).createReadStream()
  const chunks: Buffer[] = []
  for await (const chunk of words) chunks.push(chunk as Buffer)
  expect(Buffer.concat(chunks).toString()).toMatch(/^escritos en el tren\n\n---\n\n# .*Siete principios escritos en el tren/s)

  await adaeze.page.getByRole('button', { name: /^Delete what is kept of 21 September 2016/ }).click()
  await adaeze.clicks('Delete it for good')
  await adaeze.sees('Nothing is kept for you.')
  await unlocks(ines)
})

test('the pen is taken from Adaeze in the middle of a word: she is told where she looks, and no letter is lost or doubled', async () => {
  const [ines, adaeze] = await Promise.all([stage.enter('Inés Duarte'), stage.enter('Adaeze Obi')])
  const adaezes = await seatOf(ines, 'Adaeze Obi')
  await adaeze.opens('3')
  await adaeze.isSaved()
  await adaeze.puts('after', 'Los primeros días')
  adaeze.lineIsHeld()
  await adaeze.types(' y las primeras noches')
  await ines.opens('3')
  await ines.clicks('Who writes here')
  await ines.clicks('Take the pen from Adaeze Obi')
  await adaeze.sees('You can no longer write in this chapter.')
  await isReader(adaeze)
  adaeze.lineIsReleased()
  const dialog = adaeze.page.getByRole('dialog', { name: 'You no longer hold the pen in this chapter' })
  await dialog.getByText('Nothing is lost').waitFor()
  await dialog.getByRole('button', REFUSED).click()
  await dialog.getByRole('button', { name: 'Go on reading' }).click()
  await adaeze.nowhereReads('las primeras noches')
  expect((await keptFor(adaeze)).map(({ written }) => written.join('|'))).toEqual([' y las primeras noches'])
  await adaeze.reloads()
  await adaeze.button('Propose').waitFor()
  expect(await adaeze.button('Write').count()).toBe(0)
  await adaeze.nowhereReads('las primeras noches')
  await post(ines, `${PAPER}/pens`, { seat: adaezes })
  await adaeze.button('Write').waitFor()
})

test('Inés gives Samir the pen for one chapter, and he writes there without reloading', async () => {
  const [ines, samir] = await Promise.all([stage.enter('Inés Duarte'), stage.enter('Samir Haddad')])
  await Promise.all([ines.opens('4'), samir.opens('4')])
  await isReader(samir)
  await ines.clicks('Who writes here')
  await ines.page.getByLabel('Give the pen for this chapter to').selectOption({ label: 'Samir Haddad, UCLG Middle East and West Asia' })
  await ines.clicks('Give the pen')
  await ines.page.getByRole('dialog').getByText('in this chapter', { exact: true }).waitFor()
  await samir.clicks('Write')
  await samir.puts('after', 'Encontrar casa')
  await samir.types(' con calma')
  await samir.isSaved()
  await ines.reads('Encontrar casa con calma')
  await ines.clicks('Take the pen from Samir Haddad')
  await isReader(samir)
  expect(times('con calma', await samir.paragraphs())).toBe(1)
})

test('Adaeze’s seat ends while she is away: she is told, and saves what she wrote as a file, also after a reload', async () => {
  const [ines, adaeze] = await Promise.all([stage.enter('Inés Duarte'), stage.enter('Adaeze Obi')])
  const adaezes = await seatOf(ines, 'Adaeze Obi')
  adaeze.troubles.expect(/ 403/)
  await adaeze.opens('5')
  await adaeze.isSaved()
  await adaeze.losesConnection()
  await adaeze.puts('after', 'la vida de cada día')
  await adaeze.types(', escrito en el tren')
  await adaeze.sees(/^Offline: \d+ changes? kept/)
  await post(ines, `/seats/${adaezes}/end`, {})
  await adaeze.findsConnection()
  for (const turn of ['at once', 'after a reload']) {
    await adaeze.seesHeading('Your seat here has ended')
    await adaeze.sees(', escrito en el tren')
    expect(await findingsOf(adaeze.page), turn).toEqual([])
    const coming = adaeze.page.waitForEvent('download')
    await adaeze.clicks('Save as a file')
    expect((await coming).suggestedFilename()).toMatch(/\.rescue\.json$/)
    await adaeze.reloads()
  }
  await ines.opens('5')
  await ines.nowhereReads('escrito en el tren')

  // Restored, the seat brings its words in by itself.
  await post(ines, `/seats/${adaezes}/restore`, {})
  await adaeze.opens('5')
  await adaeze.isSaved()
  await ines.reads('la vida de cada día, escrito en el tren')
  expect(times('escrito en el tren', await ines.paragraphs())).toBe(1)
})

test('Nadia loses one of two hats: she goes on with the other, and finds what she wrote under the first', async () => {
  const [ines, nadia] = await Promise.all([stage.enter('Inés Duarte'), stage.enter('Nadia Bel')])
  nadia.troubles.expect(/ 403/)
  const first = await seatOf(ines, 'Nadia Bel')
  await post(ines, `${PAPER}/pens`, { seat: first })
  await nadia.opens('6')
  await nadia.isSaved()
  await nadia.losesConnection()
  await nadia.puts('after', 'tener voz y tener parte')
  await nadia.types(', también de lejos')
  await nadia.sees(/^Offline: \d+ changes? kept/)
  await post(ines, `/seats/${first}/end`, {})
  await nadia.findsConnection()
  await nadia.button(/^Menu of Nadia Bel, .*Tunis/).waitFor()
  await nadia.text.waitFor()
  await nadia.nowhereReads('también de lejos')
  await nadia.page.getByText('One of your seats has ended.').getByRole('link', { name: 'See what is kept' }).click()
  await nadia.seesHeading('On this device')
  await nadia.sees(', también de lejos')
  await post(ines, `/seats/${first}/restore`, {})
})

test('on a phone the lock and its reason are seen, and nothing scrolls sideways', async () => {
  const [ines, adaeze] = await Promise.all([stage.enter('Inés Duarte', { viewport: PHONE, colorScheme: 'dark' }), stage.enter('Adaeze Obi', { viewport: PHONE })])
  await locks(ines, '7', 'Sent to the printers in Quito; later changes go into the next draft.')
  await adaeze.opens('7')
  await adaeze.sees(/Sent to the printers/)
  await adaeze.clicks('Who writes here')
  for (const person of [ines, adaeze]) {
    expect(await findingsOf(person.page)).toEqual([])
    expect(await sidewaysScroll(person.page)).toBe(0)
  }
  await unlocks(ines)
})
