import { expect, test } from 'vitest'
import { PHONE, type Person } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()

async function cannotWrite(person: Person): Promise<void> {
  expect(await person.text.getAttribute('role')).toBe('document')
  expect(await person.page.locator('[contenteditable="true"]').count()).toBe(0)
  expect(await person.page.getByRole('toolbar').count()).toBe(0)
  expect(await person.button('Write').count()).toBe(0)
  const before = await person.paragraphs()
  await person.text.getByText('necesita un mostrador').click()
  await person.types('graffiti')
  expect(await person.paragraphs()).toEqual(before)
}

test('Samir has no pen: he reads and comments, and cannot write', async () => {
  const samir = await stage.enter('Samir Haddad')
  await samir.opens('3')
  await samir.button('Propose').waitFor()
  await samir.sees('Up to date')
  await cannotWrite(samir)
  // What he typed leads to where he may write.
  await samir.page.getByRole('dialog', { name: /^Propose changes to/ }).waitFor()
  await samir.presses('Escape')
  await samir.selects('La lengua merece un presupuesto propio')
  await samir.clicks('Comment')
  await samir.page.getByRole('textbox', { name: 'Your comment' }).fill('Agreed.')
  await samir.presses('Control+Enter')
  await samir.page.getByRole('region', { name: 'Comment by Samir Haddad on “La lengua merece un presupuesto propio”' }).waitFor()
})

test('Joan observes: she reads text and comments, and can answer none of them', async () => {
  const joan = await stage.enter('Joan Miller')
  await joan.opens('3')
  await joan.sees('You can read this text')
  await cannotWrite(joan)
  expect(await joan.button('Comment').count()).toBe(0)
  await joan.page.getByRole('button', { name: /^Samir Haddad/ }).first().click()
  await joan.sees('Then half a sentence is enough. I will suggest one before Friday.')
  expect(await joan.page.getByRole('textbox').count()).toBe(0)
  expect(await joan.button('Resolve').count()).toBe(0)
})

test('Samir sees what Adaeze writes as she writes it', async () => {
  const [samir, adaeze] = await Promise.all([stage.enter('Samir Haddad'), stage.enter('Adaeze Obi')])
  await Promise.all([samir.opens('4'), adaeze.opens('4')])
  await adaeze.puts('after', 'Encontrar casa')
  await adaeze.types(' sin prisa')
  await samir.reads('Encontrar casa sin prisa')
})

test('Adaeze reads: the text is a document until she chooses to write again', async () => {
  const adaeze = await stage.enter('Adaeze Obi')
  await adaeze.opens('3')
  await adaeze.clicks('Read')
  await expect.poll(() => adaeze.text.getAttribute('role')).toBe('document')
  await adaeze.clicks('Write')
  await expect.poll(() => adaeze.text.getAttribute('role')).toBe('textbox')
})

test('on a phone a text opens to be read; writing is one press away, and a comment opens from below', async () => {
  const adaeze = await stage.enter('Adaeze Obi', { viewport: PHONE })
  await adaeze.opens('3')
  expect(await adaeze.text.getAttribute('role')).toBe('document')
  await adaeze.text.getByText('con atribuciones y medios').click()
  const sheet = adaeze.page.getByRole('dialog', { name: 'Comments' })
  await sheet.getByText('Then half a sentence is enough. I will suggest one before Friday.').waitFor()
  await sheet.getByRole('button', { name: 'Close' }).click()
  await adaeze.clicks('Write')
  await adaeze.puts('after', 'Los primeros días')
  await adaeze.types(' aquí')
  await adaeze.reads('Los primeros días aquí')
  await adaeze.isSaved()
})

test('on a phone, whoever presses “Comment” with nothing selected is told what to do, and the tools keep their height', async () => {
  const adaeze = await stage.enter('Adaeze Obi', { viewport: PHONE })
  await adaeze.opens('3')
  await adaeze.clicks('Comment')
  await adaeze.sees(/^First select the words you want to comment on/)
  await adaeze.clicks('Write')
  await adaeze.puts('after', 'Los primeros')
  await adaeze.presses('Control+k')
  await adaeze.sees('First select the words that will carry the link.')
  const tools = await adaeze.page.getByRole('region', { name: 'Tools' }).boundingBox()
  expect(tools?.height).toBeLessThan(64)
})
