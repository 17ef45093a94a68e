/** What is wrong with a form is said at its field, one is led there, and no letter of what was typed or pasted goes. */
import { expect, test } from 'vitest'
import { findingsOf } from '../harness/axe'
import { Keys } from '../harness/keyboard'
import { DESK, PAPER, PHONE } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()
const AT = PAPER.replace('/papers/', '/p/')

test.each([['at a desk', DESK, 'light'], ['on a phone', PHONE, 'dark']] as const)('a draft without a name, and one with a name that is too long, %s', async (_where, viewport, colorScheme) => {
  const ines = await stage.enter('Inés Duarte', { viewport, colorScheme })
  const keys = await Keys.of(ines)
  await ines.goesTo(PAPER)
  await ines.clicks('Seal a draft')
  const name = ines.page.getByRole('textbox', { name: 'Name' })
  await name.fill('')
  await ines.clicks('Seal for good')
  await keys.isOn('textbox', 'Name')
  expect((await keys.focused()).description).toContain('Give the draft a name.')
  expect(await name.getAttribute('aria-invalid')).toBe('true')
  expect(await findingsOf(ines.page)).toEqual([])
  const long = 'Draft for the assembly, '.repeat(6)
  await name.fill(long)
  await ines.clicks('Seal for good')
  await keys.isOn('textbox', 'Name')
  expect(await name.inputValue()).toBe(long)
  await ines.sees(/at most 120 characters fit/)
  expect(await findingsOf(ines.page)).toEqual([])
})

test('a silence without components leads to the components; a closed one is not among them', async () => {
  const ines = await stage.enter('Inés Duarte')
  const keys = await Keys.of(ines)
  const headers = { origin: stage.service().url }
  await ines.context.request.post(`/api/v1${PAPER}/milestones`, { data: { name: 'Bogotá draft' }, headers })
  const { components } = (await (await ines.context.request.get('/api/v1/components')).json()) as { components: { id: string; name: Record<string, string>; version: number }[] }
  const beirut = components.find(({ name }) => name.en === 'Beirut')!
  const closed = await ines.context.request.post(`/api/v1/components/${beirut.id}/close`, { data: {}, headers: { ...headers, 'if-match': `"${beirut.version}"` } })
  expect(closed.ok(), await closed.text()).toBe(true)
  await ines.goesTo(`${AT}/silence`)
  await ines.clicks('Put a draft under silence')
  await ines.page.getByLabel('UCLG Africa').waitFor()
  expect(await ines.page.getByLabel('Beirut').count()).toBe(0)
  await ines.clicks('Put it under silence')
  await ines.sees('Choose at least one component.')
  expect((await keys.focused()).role).toBe('checkbox')
  expect(await findingsOf(ines.page)).toEqual([])
})
