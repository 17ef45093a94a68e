import { expect, test } from 'vitest'
import { findingsOf, sidewaysScroll } from '../harness/axe'
import { eventually } from '../harness/eventually'
import { PAPER, PHONE, type Person } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()
const REVIEW = PAPER.replace('/papers/', '/p/')

/** The words as proposed, without those that go: what will be in the text. */
async function proposed(person: Person): Promise<string> {
  return person.text.evaluate((text) => {
    const copy = text.cloneNode(true) as Element
    for (const gone of copy.querySelectorAll('del, .gone')) gone.remove()
    return [...copy.children].map((each) => each.textContent).join('\n')
  })
}

/** By the dialog, as a person without the pen does it; ends in the draft. */
async function beginsDraft(person: Person, chapter: string): Promise<string> {
  await person.opens(chapter)
  await person.clicks('Propose')
  await person.page.getByRole('dialog', { name: /^Propose changes to/ }).getByRole('button', { name: /^Begin/ }).click()
  await person.page.waitForURL(/\/amendments\/[0-9a-f-]+\/draft$/)
  await person.text.waitFor()
  if ((await person.text.getAttribute('role')) === 'document') await person.clicks('Propose')
  return new URL(person.page.url()).pathname.split('/').at(-2)!
}

const reasonField = (person: Person) => person.page.getByLabel('Reason', { exact: false }).filter({ visible: true })

async function submits(leila: Person, id: string, reason: string): Promise<void> {
  await leila.goesTo(`${REVIEW}/amendments/${id}/draft`)
  await leila.text.waitFor()
  await reasonField(leila).fill(reason)
  await leila.clicks('Submit…')
  await leila.page.getByRole('dialog', { name: /^Submit in the name of/ }).getByRole('button', { name: 'Submit', exact: true }).click()
  await leila.seesHeading(/^Amendment \d+/)
}

/** As somebody without a page would ask: what the service answers this person. */
async function asks(person: Person, path: string): Promise<{ status: number; body: string }> {
  const answer = await person.context.request.get(`/api/v1${path}`)
  return { status: answer.status(), body: await answer.text() }
}

test('Samir, who has no pen, proposes with Omar in two browsers; nobody else sees a word; Leila submits; all see it', async () => {
  const [samir, omar, leila, claire, marta] = await Promise.all(
    ['Samir Haddad', 'Omar Saleh', 'Leila Mansour', 'Claire Vasseur', 'Marta Roca'].map((name) => stage.enter(name)))
  await samir.opens('1')
  // He types where he may not write: that leads to proposing.
  await samir.text.focus()
  await samir.puts('after', 'Por qué hablan las ciudades')
  await samir.presses('x')
  await samir.page.getByRole('dialog', { name: /^Propose changes to/ }).waitFor()
  expect(await findingsOf(samir.page)).toEqual([])
  await samir.presses('Escape')
  const id = await beginsDraft(samir, '1')
  await samir.sees('Private draft')
  await samir.sees(/Only people of UCLG Middle East and West Asia see what is written here/)
  await samir.puts('after', 'Por qué hablan las ciudades')
  await samir.types(' hoy mismo')
  await samir.isSaved()
  expect(await samir.text.locator('ins').allTextContents()).toEqual([' hoy mismo'])
  await samir.sees('One place changed')

  // Omar finds it and writes in it at the same time.
  await omar.opens('1')
  await omar.clicks('Propose')
  await omar.page.getByRole('link', { name: /^Go on writing/ }).click()
  await omar.reads('hoy mismo')
  await omar.puts('after', 'hoy mismo')
  await omar.types(' y mañana')
  await omar.isSaved()
  await samir.reads('hoy mismo y mañana')
  expect(await findingsOf(samir.page)).toEqual([])

  // Nobody else: not the list, not the draft, not the text.
  expect((await asks(claire, `/amendments/${id}`)).status).toBe(404)
  expect((await asks(claire, `${PAPER}/amendments`)).body).not.toContain(id)
  claire.troubles.expect(/ 404/)
  await claire.goesTo(`${REVIEW}/amendments/${id}/draft`)
  await claire.seesHeading('This cannot be shown now')
  await marta.opens('1')
  await marta.nowhereReads('hoy mismo')

  await samir.page.getByLabel('Title, if you like').fill('Hoy mismo')
  await reasonField(samir).fill('Las ciudades no pueden esperar.')
  await samir.clicks('Ready for the focal point')
  await samir.sees('Ready for the focal point, says Samir Haddad')
  expect(await samir.button('Submit…').count()).toBe(0)

  await leila.goesTo(`${REVIEW}/amendments`)
  await leila.sees('Ready for the focal point, says Samir Haddad')
  await leila.page.getByRole('link', { name: 'Go on writing “Hoy mismo”' }).click()
  await leila.reads('hoy mismo y mañana')
  await leila.clicks('Submit…')
  await leila.sees(/They will not see how it was written/)
  await leila.page.getByRole('dialog').getByRole('button', { name: 'Submit', exact: true }).click()
  await leila.seesHeading(/^Amendment \d+ Hoy mismo/)
  expect(await leila.button(/^Decide/).count()).toBe(0)

  // Now everybody sees it beside its paragraph, without having asked again.
  const card = marta.page.getByRole('button', { name: /^Amendment \d+ Submitted UCLG Middle East/ })
  await card.click()
  await marta.sees('Las ciudades no pueden esperar.')
  expect(await findingsOf(marta.page)).toEqual([])
  expect((await asks(claire, `/amendments/${id}`)).body).not.toContain('Samir')
})

test('components support and object; Marta accepts; the words are in everybody’s open editor, and a link leads there', async () => {
  const [samir, leila, claire, tomas, marta, adaeze] = await Promise.all(
    ['Samir Haddad', 'Leila Mansour', 'Claire Vasseur', 'Tomás Ibarra', 'Marta Roca', 'Adaeze Obi'].map((name) => stage.enter(name)))
  const id = await beginsDraft(samir, '2')
  await samir.puts('after', 'Siete principios')
  await samir.types(' compartidos')
  await samir.isSaved()
  await submits(leila, id, 'Son de todas las ciudades.')

  const page = `${REVIEW}/amendments/${id}`
  await claire.goesTo(page)
  await claire.clicks('Support')
  await claire.sees('1 for, 0 against')
  await tomas.goesTo(page)
  await tomas.clicks('Object')
  await tomas.sees('An objection needs a reason: write it here.')
  await tomas.page.getByLabel(/^In a few words/).fill('El número basta.')
  await tomas.clicks('Object')
  await tomas.sees('1 for, 1 against')
  await claire.sees('El número basta.')
  await tomas.clicks('Take it back')
  await claire.sees('1 for, 0 against')

  await adaeze.opens('2')
  await marta.goesTo(page)
  await marta.clicks('Before and after')
  await marta.page.getByRole('columnheader', { name: 'After' }).waitFor()
  expect(await findingsOf(marta.page)).toEqual([])
  await marta.page.getByRole('radio', { name: /^Accept as it stands/ }).check()
  await marta.clicks('Decide: Accept')
  await marta.sees('Accepted')
  await adaeze.reads('Siete principios compartidos')
  await marta.page.getByRole('link', { name: 'See the resulting words in the text' }).click()
  await marta.reads('Siete principios compartidos')
  expect(new URL(marta.page.url()).hash).toMatch(/^#p-[0-9a-f]{16}$/)
  // Who reads "who wrote this" finds the component, and none of those inside it.
  const text = (await (await marta.context.request.get(`/api/v1${PAPER}`)).json()).chapters[1].texts.es.id
  const told = await asks(marta, `/texts/${text}/attribution`)
  expect(told.body).toContain('Leila Mansour')
  expect(told.body).not.toContain('Samir Haddad')
})

test('two decide at once: the second is told who was first, and keeps what they wrote; a refused one stays with its reason', async () => {
  const [samir, leila, marta, jonas] = await Promise.all(['Samir Haddad', 'Leila Mansour', 'Marta Roca', 'Jonas Lindqvist'].map((name) => stage.enter(name)))
  const id = await beginsDraft(samir, '3')
  await samir.puts('after', 'Los primeros días')
  await samir.types(', las primeras noches')
  await samir.isSaved()
  await submits(leila, id, 'También de noche.')
  // Neither hears of the other before they have sent their own.
  for (const person of [marta, jonas]) {
    await person.page.route('**/events*', (route) => route.abort())
    person.troubles.expect(/ERR_FAILED| 409| 412/)
    await person.goesTo(`${REVIEW}/amendments/${id}`)
    await person.page.getByRole('radio', { name: /^Do not accept/ }).check()
  }
  await marta.page.getByLabel('Answer to the component').fill('Se dice ya en el párrafo siguiente.')
  await jonas.page.getByLabel('Answer to the component').fill('No cambia nada de fondo.')
  await Promise.all([marta.clicks('Decide: Do not accept'), jonas.clicks('Decide: Do not accept')])
  const second = await Promise.race([marta, jonas].map(async (person) => {
    await person.page.getByText('You had written, and it was not sent:').waitFor()
    return person
  }))
  await second.sees('Se dice ya en el párrafo siguiente.')
  await second.sees('No cambia nada de fondo.')
  await second.sees(/^(Marta Roca|Jonas Lindqvist) was first: Not accepted/)
  await leila.sees('Not accepted')
  await leila.goesTo(`${REVIEW}/amendments`)
  await leila.clicks(/^Answered/)
  await leila.page.getByRole('link', { name: /^Amendment \d+/ }).first().click()
  await leila.sees('The answer')
})

test('Adaeze writes where Samir’s proposal deletes: it cannot be taken as it stands, and is accepted in other words', async () => {
  const [samir, leila, marta, adaeze] = await Promise.all(['Samir Haddad', 'Leila Mansour', 'Marta Roca', 'Adaeze Obi'].map((name) => stage.enter(name)))
  const id = await beginsDraft(samir, '4')
  await samir.selects(' con una carrera de obstáculos')
  await samir.presses('Delete')
  await eventually('it is gone', () => proposed(samir), (words) => !words.includes('carrera'))
  await samir.text.blur() // what was typed is written when one looks away
  await samir.isSaved()
  await submits(leila, id, 'La imagen sobra.')
  await adaeze.opens('4')
  await adaeze.puts('after', 'con una carrera')
  await adaeze.types(' larga y')
  await adaeze.isSaved()
  await marta.goesTo(`${REVIEW}/amendments/${id}`)
  await marta.sees('The text has changed here since')
  expect(await marta.page.getByRole('radio', { name: /^Accept as it stands/ }).count()).toBe(0)
  await marta.page.getByRole('radio', { name: /^Accept in other words/ }).check()
  await marta.clicks('Open the copy')
  await marta.page.waitForURL(/\/copy$/)
  await marta.text.waitFor()
  await eventually('the copy holds what was proposed', () => proposed(marta), (words) => !words.includes('obstáculos'))
  await marta.puts('after', 'a los recién llegados')
  await marta.types(' con recelo')
  await marta.isSaved()
  expect(await findingsOf(marta.page)).toEqual([])
  await marta.page.getByRole('radio', { name: /^Accept in other words/ }).check()
  await marta.page.getByLabel('Answer to the component').fill('Sin la imagen, con una palabra más.')
  await marta.clicks('Decide: Accept in other words')
  await marta.sees('Accepted in other words')
  await adaeze.reads('a los recién llegados con recelo')
  await adaeze.nowhereReads('obstáculos')
  await leila.goesTo(`${REVIEW}/amendments/${id}`)
  await leila.sees('Sin la imagen, con una palabra más.')
})

test('a lost connection and two reloads in the middle of drafting lose nothing, neither words nor reason', async () => {
  const [samir, leila] = await Promise.all([stage.enter('Samir Haddad'), stage.enter('Leila Mansour')])
  const id = await beginsDraft(samir, '5')
  await samir.puts('after', 'la vida de cada día')
  await samir.types(' y de cada noche')
  await samir.isSaved()
  await eventually('the page would stand without a network', () => samir.page.evaluate(async (path) => {
    if (!navigator.serviceWorker.controller) return false
    const names = (await caches.keys()).filter((name) => name.startsWith('borrador-answers/'))
    const kept = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()))
    return kept.flat().some(({ url }) => new URL(url).pathname === path)
  }, `/api/v1/amendments/${id}`), (kept) => kept)
  await samir.losesConnection()
  await samir.puts('after', 'de cada noche')
  await samir.types(', escrito en el tren')
  await reasonField(samir).fill('Pensado en el tren.')
  await samir.sees('Title and reason are kept on this device until the server answers.')
  for (let turn = 0; turn < 2; turn++) {
    await samir.reloads()
    await samir.text.waitFor()
    await samir.reads('de cada noche, escrito en el tren')
    await expect.poll(() => reasonField(samir).inputValue()).toBe('Pensado en el tren.')
  }
  await samir.findsConnection()
  await samir.isSaved()
  await leila.goesTo(`${REVIEW}/amendments/${id}/draft`)
  await leila.reads('de cada noche, escrito en el tren')
  await expect.poll(() => reasonField(leila).inputValue()).toBe('Pensado en el tren.')
  await leila.clicks('Discard…')
  // Whoever still has it open is told; their pages ask for what is gone.
  for (const person of [samir, leila]) person.troubles.expect(/\/api\/v1\/amendments\/.* 404/)
  await leila.clicks('Discard the draft')
  await leila.page.waitForURL(/\/es\/5$/)
  await samir.sees(/^This draft is not there any more/)
})

test('a reason typed without a connection reaches Leila when it is back, though Samir touches nothing more', async () => {
  const [samir, leila] = await Promise.all([stage.enter('Samir Haddad'), stage.enter('Leila Mansour')])
  const id = await beginsDraft(samir, '8')
  await leila.goesTo(`${REVIEW}/amendments/${id}/draft`)
  await leila.text.waitFor()
  await samir.losesConnection()
  await reasonField(samir).fill('Pensado en el túnel.')
  await samir.sees('Title and reason are kept on this device until the server answers.')
  await samir.findsConnection()
  await expect.poll(() => reasonField(leila).inputValue()).toBe('Pensado en el túnel.')
  await samir.page.getByText('Title and reason are kept on this device until the server answers.').waitFor({ state: 'detached' })
})

test('what was set aside and what was commented become proposals', async () => {
  const [ines, adaeze] = await Promise.all([stage.enter('Inés Duarte'), stage.enter('Adaeze Obi')])
  await adaeze.opens('6')
  await adaeze.isSaved()
  await adaeze.losesConnection()
  await adaeze.puts('after', 'tener voz y tener parte')
  await adaeze.types(', y que conste')
  await adaeze.sees(/^Offline: \d+ changes? kept/)
  const chapter = (await (await ines.context.request.get(`/api/v1${PAPER}`)).json()).chapters[5]
  const locked = await ines.context.request.post(`/api/v1${PAPER}/chapters/${chapter.id}/lock`, { data: { reason: 'Final reading.' }, headers: { origin: stage.service().url } })
  expect(locked.ok()).toBe(true)
  await adaeze.findsConnection()
  await adaeze.clicks('Go on reading')
  await adaeze.goesTo('/set-aside')
  await adaeze.clicks(/^Propose these changes of/)
  await adaeze.text.waitFor()
  await adaeze.sees('Private draft')
  expect((await adaeze.text.locator('ins').allTextContents()).join('')).toContain(', y que conste')

  await adaeze.opens('3')
  await adaeze.text.getByText('con atribuciones').first().click()
  await adaeze.clicks('Turn into an amendment')
  await adaeze.page.waitForURL(/\/draft$/)
  await adaeze.sees('Nothing is changed yet')
})

test('on a phone, in the dark, one proposes and reads what was proposed; nothing scrolls sideways', async () => {
  const [samir, leila] = await Promise.all([
    stage.enter('Samir Haddad', { viewport: PHONE, colorScheme: 'dark' }), stage.enter('Leila Mansour', { viewport: PHONE })])
  const id = await beginsDraft(samir, '7')
  await samir.text.locator('p').first().click()
  await samir.types('Desde el teléfono. ')
  await samir.isSaved()
  expect(await findingsOf(samir.page)).toEqual([])
  expect(await sidewaysScroll(samir.page)).toBe(0)
  await leila.goesTo(`${REVIEW}/amendments/${id}/draft`)
  await leila.text.waitFor()
  await leila.clicks('Reason')
  await reasonField(leila).fill('Porque sí.')
  await leila.clicks('Submit…')
  await leila.page.getByRole('dialog', { name: /^Submit in the name of/ }).getByRole('button', { name: 'Submit', exact: true }).click()
  await leila.seesHeading(/^Amendment \d+/)
  for (const place of [`${REVIEW}/amendments/${id}`, `${REVIEW}/amendments`]) {
    await samir.goesTo(place)
    await samir.page.locator('.redline').first().waitFor()
    expect(await findingsOf(samir.page)).toEqual([])
    expect(await sidewaysScroll(samir.page)).toBe(0)
  }
})
