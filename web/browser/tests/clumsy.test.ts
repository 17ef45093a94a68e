/** What happens to people in a hurry: they press twice, go back, lose the line, are signed out, paste too much. Nothing they typed is lost. */
import { expect, test } from 'vitest'
import { PAPER, type Person } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()
const REVIEW = PAPER.replace('/papers/', '/p/')
const QUOTE = 'No municipality decides who crosses a border'

const field = (person: Person) => person.page.getByRole('textbox', { name: 'Your comment' })
const send = (person: Person) => person.page.locator('form').getByRole('button', { name: 'Comment', exact: true })

/** Selects words and opens the form for a comment on them. */
async function begins(person: Person): Promise<void> {
  await person.text.waitFor()
  await person.selects(QUOTE)
  await person.presses('Control+Alt+m')
  await field(person).waitFor()
}

/** How many comments of the paper say exactly this. */
async function said(person: Person, body: string): Promise<number> {
  const { threads } = (await (await person.context.request.get(`/api/v1${PAPER}/threads`)).json()) as { threads: { comments: { body: string }[] }[] }
  return threads.filter(({ comments }) => comments[0]?.body === body).length
}

test('who presses twice says it once: a comment, a draft, a sealed draft', async () => {
  const [claire, ines] = await Promise.all([stage.enter('Claire Vasseur'), stage.enter('Inés Duarte')])
  await claire.opens('1', 'en')
  await begins(claire)
  await field(claire).fill('Once is enough.')
  await send(claire).dblclick()
  await claire.page.getByRole('region', { name: /^Comment by Claire Vasseur/ }).getByText('Once is enough.').waitFor()
  expect(await said(claire, 'Once is enough.')).toBe(1)

  await claire.clicks('Propose')
  await claire.page.getByRole('dialog').getByRole('button', { name: /^Begin/ }).dblclick()
  await claire.page.waitForURL(/\/draft$/)
  const { amendments } = (await (await claire.context.request.get(`/api/v1${PAPER}/amendments`)).json()) as { amendments: { state: string; component: string }[] }
  expect(amendments.filter(({ state, component }) => state === 'draft' && component === 'LYON')).toHaveLength(1)

  await ines.goesTo(PAPER)
  await ines.clicks('Seal a draft')
  await ines.page.getByLabel('Name', { exact: true }).fill('Pressed twice')
  await ines.button('Seal for good').dblclick()
  await ines.seesHeading('Pressed twice')
  await ines.goesTo(PAPER)
  await ines.seesHeading('Drafts')
  expect(await ines.page.getByRole('link', { name: 'Pressed twice', exact: true }).count()).toBe(1)
})

test('the line breaks while a comment is sent: its words stay, through a reload too, and arrive when it is sent again', async () => {
  const claire = await stage.enter('Claire Vasseur')
  const words = 'Written in a tunnel, 👩‍👩‍👧 and مرحبا بالجميع too.'
  await claire.opens('1', 'en')
  await begins(claire)
  await field(claire).fill(words)
  claire.troubles.expect(/ERR_FAILED/)
  await claire.page.route('**/api/v1/texts/*/threads', (route) => route.abort())
  await send(claire).click()
  await claire.page.locator('form').getByRole('alert').waitFor()
  expect(await field(claire).inputValue()).toBe(words)
  await claire.reloads()
  await begins(claire)
  expect(await field(claire).inputValue()).toBe(words)
  await claire.page.unroute('**/api/v1/texts/*/threads')
  await send(claire).click()
  await claire.page.getByRole('region', { name: /^Comment by Claire Vasseur/ }).getByText(words).waitFor()
  expect(await said(claire, words)).toBe(1)
})

test('signed out in another window in the middle of a comment, Claire signs in again and finds her words', async () => {
  const claire = await stage.enter('Claire Vasseur')
  await claire.opens('1', 'en')
  await begins(claire)
  await field(claire).fill('I was not finished.')
  claire.troubles.expect(/ 401/)
  const out = await claire.context.request.post('/api/v1/sign-out', { data: {}, headers: { origin: stage.service().url } })
  expect(out.ok()).toBe(true)
  await send(claire).click()
  await claire.page.getByRole('alert').or(claire.page.getByRole('heading', { name: 'Sign in to Borrador' })).first().waitFor()
  await claire.hasSignedIn()
  await claire.opens('1', 'en')
  await begins(claire)
  expect(await field(claire).inputValue()).toBe('I was not finished.')
})

test('three thousand words pasted are not cut off: the form says what fits, and sends nothing until they do', async () => {
  const claire = await stage.enter('Claire Vasseur')
  const long = 'palabras de más '.repeat(1_000).trim()
  await claire.opens('1', 'en')
  await begins(claire)
  await claire.page.evaluate((words) => navigator.clipboard.writeText(words), long)
  await field(claire).focus()
  await claire.presses('Control+v')
  await claire.sees('This is too long: at most 10,000 characters fit. Nothing was cut off; shorten it, then send it.')
  expect((await field(claire).inputValue()).length).toBe(long.length)
  await send(claire).click()
  expect(await field(claire).inputValue()).toBe(long)
  await field(claire).fill(long.slice(0, 9_000).trim())
  await send(claire).click()
  await claire.page.getByRole('region', { name: /^Comment by Claire Vasseur/ }).first().waitFor()
  expect(await said(claire, long.slice(0, 9_000).trim())).toBe(1)
})

test('the back button leaves a box, and its words are there again when it is opened the next time', async () => {
  const ines = await stage.enter('Inés Duarte')
  await ines.goesTo(`${REVIEW}/amendments`)
  await ines.page.getByRole('link', { name: 'Round', exact: true }).click()
  await ines.seesHeading('Segunda lectura')
  await ines.clicks('Pause')
  const reason = ines.page.getByRole('dialog', { name: 'Pause' }).getByLabel('Reason, for everybody')
  await reason.fill('The line in Dakar is down.')
  await ines.page.goBack()
  await ines.seesHeading('Amendments')
  expect(await ines.page.getByRole('dialog').count()).toBe(0)
  await ines.page.goForward()
  await ines.seesHeading('Segunda lectura')
  await ines.clicks('Pause')
  expect(await reason.inputValue()).toBe('The line in Dakar is down.')
  await ines.reloads()
  await ines.clicks('Pause')
  expect(await reason.inputValue()).toBe('The line in Dakar is down.')
})

test('another language in the middle of a comment changes the page and keeps the words', async () => {
  const claire = await stage.enter('Claire Vasseur')
  await claire.opens('1', 'en')
  await begins(claire)
  await field(claire).fill('Half said')
  await claire.clicks(/^Menu of Claire Vasseur/)
  await claire.page.getByRole('combobox', { name: 'Language', exact: true }).selectOption('es')
  await claire.presses('Escape')
  expect(await claire.page.getByRole('textbox', { name: 'Su comentario' }).inputValue()).toBe('Half said')
})
