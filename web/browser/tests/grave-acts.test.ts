/** What cannot be taken back asks once more, in words, on the harmless choice; a double press neither confirms it nor does it twice. */
import { expect, test } from 'vitest'
import { findingsOf } from '../harness/axe'
import { Keys } from '../harness/keyboard'
import { PAPER, type Person } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()
const AT = PAPER.replace('/papers/', '/p/')
const QUESTION = 'This draft is the shared position of the organisation.'

const box = (person: Person, name: RegExp) => person.page.getByRole('dialog', { name })

async function post<T>(person: Person, path: string, data: unknown): Promise<T> {
  const answer = await person.context.request.post(`/api/v1${path}`, { data, headers: { origin: stage.service().url } })
  expect(answer.ok(), await answer.text()).toBe(true)
  return (await answer.json()) as T
}

/** Escape leads back to what was pressed; by keyboard the same box opens on the harmless choice. */
async function asksAgain(keys: Keys): Promise<void> {
  await keys.presses('Escape', 'Enter')
  await keys.isOn('button', 'Cancel')
}

/** Requests to addresses like this that are sent from now on. */
function sends(person: Person, address: RegExp): string[] {
  const sent: string[] = []
  person.page.on('request', (request) => {
    if (request.method() !== 'GET' && address.test(request.url())) sent.push(request.url())
  })
  return sent
}

/** A sealed draft under silence to these components; its page. */
async function underSilence(ines: Person, draft: string, names: string[]): Promise<string> {
  const milestone = await post<{ id: string }>(ines, `${PAPER}/milestones`, { name: draft })
  const { components } = (await (await ines.context.request.get('/api/v1/components')).json()) as { components: { id: string; name: Record<string, string> }[] }
  const listed = names.map((name) => components.find((each) => each.name.en === name)!.id)
  const { id } = await post<{ id: string }>(ines, `${PAPER}/silences`, { milestone: milestone.id, question: QUESTION, components: listed, ends: '2016-10-03T10:00:00Z' })
  return `${AT}/silence/${id}`
}

test('with Ctrl+Enter Tomás is asked before he objects; he goes back and loses no word, then means it', async () => {
  const [ines, tomas] = await Promise.all([stage.enter('Inés Duarte'), stage.enter('Tomás Ibarra')])
  const page = await underSilence(ines, 'Bogotá draft', ['Committee on Local Finance and Development'])
  const keys = await Keys.of(tomas)
  const sent = sends(tomas, /silences\/.*\/obj/)
  await tomas.goesTo(page)
  const field = tomas.page.getByLabel('Why your component objects')
  await field.fill('Small towns are left out.')
  await tomas.presses('Control+Enter', 'Control+Enter')
  await box(tomas, /^Object in the name of Committee on Local Finance/).waitFor()
  await keys.isOn('button', 'Cancel')
  await tomas.sees('An objection before the instant breaks the silence, and everybody sees it at once. It cannot be taken back.')
  expect(await findingsOf(tomas.page)).toEqual([])
  await tomas.presses('Escape')
  await tomas.reloads()
  expect(await field.inputValue()).toBe('Small towns are left out.')
  await tomas.sees('Under silence')
  expect(sent).toEqual([])

  await tomas.clicks('Object…')
  await tomas.button('Yes, object').dblclick()
  await tomas.sees('Silence broken')
  await tomas.page.getByRole('heading', { name: 'Objections' }).waitFor()
  expect(sent.length).toBe(1)
})

test('Inés calls a procedure off with a reason of its own, and is told what is missing where it is missing', async () => {
  const ines = await stage.enter('Inés Duarte')
  const page = await underSilence(ines, 'Quito draft', ['UCLG Africa'])
  const keys = await Keys.of(ines)
  await ines.goesTo(page)
  await ines.page.getByText('Move the instant or cancel').click()
  await ines.clicks('Cancel the procedure…')
  const asked = box(ines, /^Cancel this procedure/)
  await asked.getByRole('button', { name: 'Cancel the procedure' }).click()
  await keys.isOn('textbox', 'Reason, for all components')
  expect(await asked.getByRole('textbox').getAttribute('aria-invalid')).toBe('true')
  expect((await keys.focused()).description).toContain('Write a reason')
  expect(await findingsOf(ines.page)).toEqual([])
  await ines.types('The wrong draft was sealed.')
  await asked.getByRole('button', { name: 'Let it go on' }).click()
  await ines.sees('Under silence')
  await ines.clicks('Cancel the procedure…')
  expect(await asked.getByRole('textbox').inputValue()).toBe('The wrong draft was sealed.')
  await asked.getByRole('button', { name: 'Cancel the procedure' }).click()
  await ines.sees('It was cancelled: The wrong draft was sealed.')
})

test('a double click on “Lift” lifts nothing: it asks, and what follows is said', async () => {
  const [ines, tomas] = await Promise.all([stage.enter('Inés Duarte'), stage.enter('Tomás Ibarra')])
  await post(ines, `${PAPER}/milestones`, { name: 'Lima draft' })
  const keys = await Keys.of(tomas)
  const sent = sends(tomas, /positions/)
  await tomas.goesTo(`${AT}/positions`)
  await tomas.clicks('State a position')
  await tomas.page.getByRole('radio', { name: /^Supports Th/ }).check()
  await tomas.clicks('Send in the component’s name')
  const row = tomas.page.getByRole('row', { name: /Committee on Local Finance/ })
  await row.getByRole('button', { name: 'Lift' }).dblclick()
  await box(tomas, /^Lift the position of Committee on Local Finance/).waitFor()
  await asksAgain(keys)
  expect(sent.length).toBe(1)
  await tomas.button('Lift it now').dblclick()
  await row.getByText('Lifted', { exact: true }).waitFor()
  await keys.hears(/The position has been lifted/)
  expect(sent.length).toBe(2)
})

test('Inés ends no seat and closes no component by a double click', async () => {
  const ines = await stage.enter('Inés Duarte')
  const keys = await Keys.of(ines)
  const sent = sends(ines, /\/(seats|components)\//)
  await ines.goesTo('/people')
  await ines.page.getByLabel('Find a component or a person').fill('mansour')
  await ines.clicks('Change the seat of Leila Mansour')
  await ines.button('End this seat').dblclick()
  await box(ines, /^End the seat of Leila Mansour/).waitFor()
  await asksAgain(keys)
  expect(await findingsOf(ines.page)).toEqual([])
  await ines.presses('Escape', 'Escape')

  await ines.page.getByLabel('Find a component or a person').fill('Beirut')
  await ines.clicks('Change Beirut')
  await ines.button('Close the component').dblclick()
  await box(ines, /^Close Beirut/).waitFor()
  await asksAgain(keys)
  expect(sent).toEqual([])
  await ines.button('Close it now').dblclick()
  await ines.sees('closed')
  expect(sent.length).toBe(1)
})

test('Adaeze’s set-aside words are not deleted by a double click; when she means it they are, and the page says so', async () => {
  const [ines, adaeze] = await Promise.all([stage.enter('Inés Duarte'), stage.enter('Adaeze Obi')])
  await adaeze.opens('6')
  await adaeze.isSaved()
  await adaeze.losesConnection()
  await adaeze.puts('after', 'tener voz y tener parte')
  await adaeze.types(', y que conste')
  await adaeze.sees(/^Offline: \d+ changes? kept/)
  const chapter = (await (await ines.context.request.get(`/api/v1${PAPER}`)).json()).chapters[5]
  await post(ines, `${PAPER}/chapters/${chapter.id}/lock`, { reason: 'Final reading.' })
  await adaeze.findsConnection()
  await adaeze.clicks('Go on reading')
  const keys = await Keys.of(adaeze)
  await adaeze.goesTo('/set-aside')
  const sent = sends(adaeze, /set-aside/)
  await adaeze.button(/^Delete what is kept of/).dblclick()
  await box(adaeze, /^Delete what is kept of/).waitFor()
  await asksAgain(keys)
  expect(sent).toEqual([])
  expect(await findingsOf(adaeze.page)).toEqual([])
  await adaeze.clicks('Delete it for good')
  await keys.hears(/What was kept is deleted/)
  await keys.isOn('heading', 'Kept for you')
  expect(await adaeze.button(/^Delete what is kept of/).count()).toBe(0)
  expect(sent.length).toBe(1)
})
