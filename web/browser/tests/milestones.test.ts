/** The drafts of a paper on one line of time: planned, changed by two, cancelled, sealed; and read by everybody. */
import { expect, test } from 'vitest'
import { findingsOf, sidewaysScroll } from '../harness/axe'
import { DESK, PAPER, PHONE, type Person } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()
const LINE = `${PAPER.replace('/papers/', '/p/')}/milestones`

const entriesOf = (person: Person) => person.page.locator('.line-of-time > li').evaluateAll((all) => all.map((li) => (li.querySelector('h3') ?? li).textContent?.trim() ?? ''))
const entry = (person: Person, name: string) => person.page.locator('.line-of-time > li').filter({ has: person.page.getByRole('heading', { name, exact: true }) })

test('Samir finds the line from the start page: what is planned, how long there is, what was sealed; and no act that is not his', async () => {
  const samir = await stage.enter('Samir Haddad')
  await samir.goesTo('/')
  await samir.page.getByRole('region', { name: 'Calendar' }).getByRole('link', { name: 'UCLG World Congress, Bogotá' }).click()
  await samir.seesHeading('Milestones')
  expect(await entriesOf(samir)).toEqual(['Quito draft', 'Bogotá draft', 'Today, 21 September 2016', 'Borrador de agosto', 'Borrador cero'])
  const bogota = entry(samir, 'Bogotá draft')
  expect(await bogota.textContent()).toMatch(/12 October 2016.*UCLG World Congress, Bogotá.*What the Congress comments on.*21 days left/)
  expect(await entry(samir, 'Borrador de agosto').getByRole('link').allTextContents()).toEqual(expect.arrayContaining([expect.stringMatching(/^Segunda lectura: open until/), 'What changed since']))
  for (const act of [/^Plan a draft/, /^Seal/, /^Change/, /^Cancel/]) expect(await samir.button(act).count(), String(act)).toBe(0)
  await samir.page.getByRole('link', { name: 'Borrador cero' , exact: true }).click()
  await samir.seesHeading('Borrador cero')
})

test('the line of a new paper says what to do next, each to whom it concerns', async () => {
  const [ines, samir] = [await stage.enter('Inés Duarte'), await stage.enter('Samir Haddad')]
  const paper = { slug: 'nota', title: 'Nota', language: 'es', markdown: '# Uno\n\n1. Las ciudades acogen.\n' }
  const made = await ines.context.request.post('/api/v1/papers', { data: paper, headers: { origin: stage.service().url } })
  expect(made.status(), await made.text()).toBe(201)
  await ines.goesTo('/p/nota/milestones')
  await ines.sees(/^Nothing is planned or sealed yet\. Plan the first draft/)
  await samir.goesTo('/p/nota/milestones')
  await samir.sees(/^Nothing is planned or sealed yet\. When the secretariat plans a draft/)
  await ines.clicks('Plan a draft')
  const box = ines.page.getByRole('dialog', { name: 'Plan a draft' })
  await box.getByLabel('Name', { exact: true }).first().fill('Borrador cero')
  await box.getByLabel('Day').fill('2016-10-12')
  await box.getByRole('button', { name: 'Plan it' }).click()
  for (const each of [ines, samir]) await each.seesHeading('Borrador cero')
})

test('Inés plans a draft; a refusal and a reload leave her words; then everybody’s page has it', async () => {
  const [ines, samir] = [await stage.enter('Inés Duarte'), await stage.enter('Samir Haddad')]
  await samir.goesTo(LINE)
  await samir.seesHeading('Quito draft')
  await ines.goesTo(LINE)
  await ines.clicks('Plan a draft')
  const box = ines.page.getByRole('dialog', { name: 'Plan a draft' })
  await box.getByLabel('Name', { exact: true }).first().fill('quito DRAFT')
  await box.getByLabel('Day').fill('2015-11-28')
  await box.getByRole('button', { name: 'Plan it' }).click()
  await box.getByText('This day is past. Choose today or a later day.').waitFor()
  await box.getByLabel('Day').fill('2016-11-28')
  ines.troubles.expect(/planned.* 409/)
  await box.getByRole('button', { name: 'Plan it' }).click()
  await box.getByText('There is already a planned or sealed draft with that name. Choose another name.').waitFor()
  await ines.reloads()
  await ines.clicks('Plan a draft')
  expect(await box.getByLabel('Name', { exact: true }).first().inputValue()).toBe('quito DRAFT')
  await box.getByLabel('Name', { exact: true }).first().fill('Lima draft')
  await box.getByRole('button', { name: 'Plan it' }).click()
  await ines.seesHeading('Lima draft')
  expect((await entriesOf(ines))[0]).toBe('Lima draft')
  await samir.seesHeading('Lima draft')
  // What was sent is not kept.
  await ines.clicks('Plan a draft')
  expect(await box.getByLabel('Name', { exact: true }).first().inputValue()).toBe('')
})

test('two change one plan: the second form has what the first changed and what its own hand typed', async () => {
  const [ines, again] = [await stage.enter('Inés Duarte'), await stage.enter('Inés Duarte')]
  for (const each of [ines, again]) {
    await each.goesTo(LINE)
    await each.clicks('Change the plan for “Quito draft”')
  }
  const [box, other] = [ines, again].map((each) => each.page.getByRole('dialog', { name: 'Change the plan' })) as [ReturnType<typeof ines.page.getByRole>, ReturnType<typeof ines.page.getByRole>]
  await other.getByLabel(/^What it is for/).first().fill('Handed over in the plenary.')
  await box.getByLabel('Day').fill('2016-10-18')
  await box.getByRole('button', { name: 'Save' }).click()
  await ines.sees('18 October 2016')
  again.troubles.expect(/planned.* 412/)
  await other.getByRole('button', { name: 'Save' }).click()
  await other.getByRole('alert').waitFor()
  expect(await other.getByLabel('Day').inputValue()).toBe('2016-10-18')
  await other.getByRole('button', { name: 'Save' }).click()
  await ines.sees('Handed over in the plenary.')
})

test('Inés gives a plan up with a reason, which everybody reads', async () => {
  const ines = await stage.enter('Inés Duarte')
  await ines.goesTo(LINE)
  await ines.clicks('Cancel the plan for “Quito draft”')
  const box = ines.page.getByRole('dialog', { name: 'Cancel the plan for “Quito draft”?' })
  await box.getByRole('button', { name: 'Cancel the plan' }).click()
  await box.getByRole('alert').waitFor()
  await box.getByRole('textbox').fill('Habitat III was moved.')
  await box.getByRole('button', { name: 'Cancel the plan' }).click()
  const samir = await stage.enter('Samir Haddad')
  await samir.goesTo(LINE)
  await entry(samir, 'Quito draft').getByText('Habitat III was moved.').waitFor()
  await samir.goesTo('/')
  await samir.seesHeading('Calendar')
  expect(await samir.page.getByRole('region', { name: 'Calendar' }).textContent()).not.toContain('Quito')
})

test('the seal form keeps its words through a refusal, a closed box and a reload; what is sealed fulfils its plan', async () => {
  const ines = await stage.enter('Inés Duarte')
  await ines.goesTo(LINE)
  await ines.clicks('Seal “Bogotá draft”')
  const box = ines.page.getByRole('dialog', { name: 'Seal a draft' })
  await box.getByLabel('Note (if needed)').fill('As the Bureau agreed.')
  await box.getByLabel('Symbol (if any)').fill('UCLG MIG 1')
  ines.troubles.expect(/milestones.* 422/)
  await box.getByRole('button', { name: 'Seal for good' }).click()
  await box.getByRole('alert').first().waitFor()
  await box.getByRole('button', { name: 'Cancel' }).click()
  await ines.reloads()
  await ines.clicks('Seal “Bogotá draft”')
  expect(await box.getByLabel('Note (if needed)').inputValue()).toBe('As the Bureau agreed.')
  expect(await box.getByLabel('Planned draft').locator('option:checked').textContent()).toBe('Bogotá draft')
  await box.getByLabel('Symbol (if any)').fill('UCLG/MIG/2016/9')
  await box.getByLabel('Name', { exact: true }).fill('Bogotá, as agreed')
  await box.getByRole('button', { name: 'Seal for good' }).click()
  await ines.seesHeading('Bogotá, as agreed')
  await ines.page.getByRole('link', { name: 'Milestones' }).first().click()
  await entry(ines, 'Bogotá, as agreed').getByText('Planned as “Bogotá draft” for 12 October 2016').waitFor()
  expect(await entry(ines, 'Bogotá draft').count()).toBe(0)
  expect(await entry(ines, 'Bogotá, as agreed').textContent()).toMatch(/UCLG\/MIG\/2016\/9.*Not published/)
})

test('the plan is cancelled while Inés seals for it: she reads what to do, and seals the same words without a plan', async () => {
  const [ines, again] = [await stage.enter('Inés Duarte'), await stage.enter('Inés Duarte')]
  await ines.goesTo(PAPER)
  await ines.clicks('Seal a draft')
  const box = ines.page.getByRole('dialog', { name: 'Seal a draft' })
  const plan = box.getByLabel(/^Planned draft/)
  expect(await plan.locator('option:checked').textContent()).toBe('Lima draft')
  await box.getByLabel('Note (if needed)').fill('As Lima agreed.')
  await again.goesTo(LINE)
  await again.clicks('Cancel the plan for “Lima draft”')
  const sure = again.page.getByRole('dialog', { name: 'Cancel the plan for “Lima draft”?' })
  await sure.getByRole('textbox').fill('It is sealed in Bogotá.')
  await sure.getByRole('button', { name: 'Cancel the plan' }).click()
  await entry(again, 'Lima draft').getByText('It is sealed in Bogotá.').waitFor()

  ines.troubles.expect(/milestones.* 409/)
  await box.getByRole('button', { name: 'Seal for good' }).click()
  await box.getByRole('alert').getByText(/Nothing was sealed now, and what you typed is still here\. Choose “Another”/).waitFor()
  expect(await plan.evaluate((select) => select === document.activeElement)).toBe(true)
  await plan.selectOption('Another')
  expect([await box.getByLabel('Name', { exact: true }).inputValue(), await box.getByLabel('Note (if needed)').inputValue()]).toEqual(['Lima draft', 'As Lima agreed.'])
  await box.getByRole('button', { name: 'Seal for good' }).click()
  await ines.seesHeading('Lima draft')
})

const looks = (['light', 'dark'] as const).flatMap((colorScheme) => Object.entries({ 'at a desk': DESK, 'on a phone': PHONE }).map(([where, viewport]) => ({ colorScheme, where, viewport })))

test.each(looks)('the line of time and its boxes are in order, $where, $colorScheme', async ({ colorScheme, viewport }) => {
  const ines = await stage.enter('Inés Duarte', { colorScheme, viewport })
  const isInOrder = async (state: string) =>
    expect([...(await findingsOf(ines.page)), ...((await sidewaysScroll(ines.page)) > 0 ? ['scrolls sideways'] : [])], state).toEqual([])
  await ines.goesTo(LINE)
  await ines.page.locator('.side .state').first().waitFor()
  await ines.page.getByText('Files', { exact: false }).locator('visible=true').first().click()
  await isInOrder('the line')
  await ines.clicks('Plan a draft')
  await isInOrder('planning')
})
