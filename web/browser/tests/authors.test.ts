import { expect, test } from 'vitest'
import type { Person } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()

async function asksWhoWrote(person: Person): Promise<string[]> {
  await person.clicks('Who wrote this')
  const dialog = person.page.getByRole('dialog', { name: 'Who wrote this' })
  await dialog.getByRole('listitem').first().waitFor()
  const authors = await dialog.getByRole('listitem').evaluateAll((items) =>
    items.map((item) => [...item.querySelectorAll('b, .component, .excerpt')].map((part) => part.textContent).join(' · ')))
  await person.clicks('Close')
  return authors
}

test('Samir asks who wrote a passage: person, component and their words, for the selection and for the whole paragraph', async () => {
  const [adaeze, marta] = await Promise.all([stage.enter('Adaeze Obi'), stage.enter('Marta Roca')])
  await Promise.all([adaeze.opens('5'), marta.opens('5')])
  await adaeze.puts('after', 'Aun así puede hacer mucho')
  await adaeze.types(' con poco dinero')
  await marta.reads('con poco dinero')
  await marta.puts('after', 'con poco dinero')
  await marta.types(' y mucha paciencia')
  await Promise.all([adaeze.isSaved(), marta.isSaved()])

  const samir = await stage.enter('Samir Haddad')
  await samir.opens('5')
  await samir.selects('mucho con poco dinero y mucha')
  expect(await asksWhoWrote(samir)).toEqual(expect.arrayContaining([
    'Adaeze Obi · UCLG Africa · “con poco dinero”',
    // She drafted this chapter, so the first word is hers too.
    'Marta Roca · Committee on Social Inclusion, Participatory Democracy and Human Rights · “mucho … y mucha”',
  ]))

  await adaeze.puts('after', 'con poco')
  const whole = await asksWhoWrote(adaeze)
  expect(whole.map((author) => author.split(' · ')[0]).sort()).toEqual(['Adaeze Obi', 'Marta Roca'])
})

test('words not yet sent are nobody’s yet, and say so', async () => {
  const adaeze = await stage.enter('Adaeze Obi')
  await adaeze.opens('6')
  await adaeze.isSaved()
  adaeze.lineIsHeld()
  await adaeze.puts('after', 'La convivencia no se decreta')
  await adaeze.types(' jamás')
  await adaeze.selects('jamás')
  expect(await asksWhoWrote(adaeze)).toEqual(['Words the server has not received yet · “jamás”'])
  adaeze.lineIsReleased()
  await adaeze.isSaved()
  expect(await asksWhoWrote(adaeze)).toEqual(['Adaeze Obi · UCLG Africa · “jamás”'])
})
