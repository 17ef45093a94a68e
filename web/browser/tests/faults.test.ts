/** What is wrong with a form is said at its field, one is led there, and no letter of what was typed or pasted goes. */
import { expect, test } from 'vitest'
import { findingsOf } from '../harness/axe'
import { Keys } from '../harness/keyboard'
import { DESK, PAPER, PHONE } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()

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
