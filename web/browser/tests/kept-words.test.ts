/** What somebody types survives whatever happens before it is sent; and what they have thought better of is not sent. */
import { expect, test } from 'vitest'
import { eventually } from '../harness/eventually'
import { PAPER } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()
const REVIEW = PAPER.replace('/papers/', '/p/')

test('Leila submits while her last letters are held up and cancels: when the line is free again nothing has been submitted', async () => {
  const leila = await stage.enter('Leila Mansour')
  await leila.opens('1')
  await leila.clicks('Propose')
  await leila.page.getByRole('dialog', { name: /^Propose changes to/ }).getByRole('button', { name: /^Begin/ }).click()
  await leila.page.waitForURL(/\/amendments\/[0-9a-f-]+\/draft$/)
  const id = new URL(leila.page.url()).pathname.split('/').at(-2)!
  await leila.text.waitFor()
  await leila.puts('after', 'Por qué hablan las ciudades')
  await leila.types(' hoy')
  await leila.isSaved()
  await leila.page.getByLabel('Reason', { exact: false }).filter({ visible: true }).fill('Las ciudades no pueden esperar.')

  leila.lineIsHeld()
  await leila.puts('after', 'hoy')
  await leila.types(' mismo')
  await leila.clicks('Submit…')
  const box = leila.page.getByRole('dialog', { name: /^Submit in the name of/ })
  await box.getByRole('button', { name: 'Submit', exact: true }).click()
  await box.locator('[aria-busy="true"]').waitFor()
  await box.getByRole('button', { name: 'Cancel' }).click()
  leila.lineIsReleased()
  await leila.isSaved()

  const state = async () => ((await (await leila.context.request.get(`/api/v1/amendments/${id}`)).json()) as { state: string }).state
  expect(await state()).toBe('draft')
  // And she is not shut out of submitting: now she means it.
  await leila.clicks('Submit…')
  await box.getByRole('button', { name: 'Submit', exact: true }).click()
  await leila.seesHeading(/^Amendment \d+/)
  expect(await state()).toBe('submitted')
})

test('Escape folds Marta’s comment and keeps it; her comment on another passage begins empty; Cancel gives it up', async () => {
  const marta = await stage.enter('Marta Roca')
  await marta.opens('1')
  const begins = async (words: string) => {
    await marta.selects(words)
    await marta.presses('Control+Alt+m')
  }
  const field = marta.page.getByRole('textbox', { name: 'Your comment' })
  await begins('Por qué hablan')
  await field.fill('¿Y las provincias?')
  await field.press('Escape')
  await field.waitFor({ state: 'detached' })
  await begins('Ningún municipio')
  expect(await field.inputValue()).toBe('')
  await begins('Por qué hablan')
  expect(await field.inputValue()).toBe('¿Y las provincias?')
  await marta.page.getByRole('region', { name: 'Your comment' }).getByRole('button', { name: 'Cancel' }).click()
  await begins('Por qué hablan')
  expect(await field.inputValue()).toBe('')
})

test('two of the secretariat change a component at once: the second keeps her words, sees the other’s, and saves', async () => {
  const [ines, other] = await Promise.all([stage.enter('Inés Duarte'), stage.enter('Inés Duarte')])
  const opens = async (person: typeof ines) => {
    await person.goesTo('/people')
    await person.page.getByLabel('Find a component or a person').fill('africa')
    await person.page.getByRole('button', { name: 'Change UCLG Africa' }).click()
    return person.page.getByRole('dialog', { name: 'Change a component' })
  }
  const mine = await opens(ines)
  const theirs = await opens(other)
  await mine.getByLabel('Name in English').fill('UCLG of Africa')
  await mine.getByLabel('Code').fill('AFRICA')
  await theirs.getByLabel('Code').fill('AFRICAS')
  await theirs.getByLabel('Name in Spanish').fill('CGLU de África')
  await theirs.getByRole('button', { name: 'Save' }).click()
  await theirs.waitFor({ state: 'hidden' })

  ines.troubles.expect(/ 412| 409/)
  await mine.getByRole('button', { name: 'Save' }).click()
  await mine.getByRole('alert').getByText('AFRICAS').waitFor()
  expect(await mine.getByLabel('Name in Spanish').inputValue()).toBe('CGLU de África')
  expect(await mine.getByLabel('Code').inputValue()).toBe('AFRICA')
  await mine.getByRole('button', { name: 'Save' }).click()
  await mine.waitFor({ state: 'hidden' })
  type Told = { components: { code: string; name: Record<string, string> }[] }
  const told = (await (await ines.context.request.get('/api/v1/components')).json()) as Told
  expect(told.components.find(({ code }) => code === 'AFRICA')?.name).toMatchObject({ en: 'UCLG of Africa', es: 'CGLU de África' })
})

test('a reason that Inés typed for a pause is there after a reload', async () => {
  const ines = await stage.enter('Inés Duarte')
  await ines.goesTo(`${REVIEW}/review`)
  await ines.clicks('Pause')
  const box = ines.page.getByRole('dialog', { name: 'Pause' })
  await box.getByRole('textbox').fill('The plenary sits today.')
  await ines.page.reload()
  await ines.clicks('Pause')
  await eventually('the reason is there', () => box.getByRole('textbox').inputValue(), (words) => words === 'The plenary sits today.')
})
