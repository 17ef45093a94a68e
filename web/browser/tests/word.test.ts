import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { findingsOf, sidewaysScroll } from '../harness/axe'
import { PHONE, type Person } from '../harness/person'
import { png } from '../harness/png'
import { theStage } from '../harness/stage'

const stage = theStage()
const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
/** What a program wrote: two people's tracked changes, a comment, a note, a picture, a table. */
const encargo = async () => ({ name: 'Encargo_de la ciudad.docx', mimeType: WORD, buffer: await readFile('../fixtures/import/encargo.docx') })
const fake = (name: string, ...bytes: number[]) => ({ name, mimeType: WORD, buffer: Buffer.from(bytes) })

async function opensDialog(person: Person) {
  await person.goesTo('/')
  await person.clicks('Bring in a Word file')
  return person.page.getByRole('dialog').filter({ visible: true })
}

test('Inés makes a paper of a Word file: every mistake is said at its field, she sees what becomes of it first, and the same file says where it is', async () => {
  const ines = await stage.enter('Inés Duarte')
  let dialog = await opensDialog(ines)
  const field = dialog.getByLabel('Word file (.docx)')
  await dialog.getByRole('button', { name: 'See what becomes of it' }).click()
  await dialog.getByText('Choose a file first.').waitFor()
  expect(await field.evaluate((input) => input === document.activeElement)).toBe(true)
  await field.setInputFiles({ ...fake('plaza.docx'), buffer: png(4, 4) })
  await dialog.getByText(/“plaza\.docx” is not a Word document/).waitFor()
  await field.setInputFiles(fake('viejo.docx', 0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1))
  await dialog.getByText(/“viejo\.docx” has the format of Word 2003 and before/).waitFor()
  await field.setInputFiles(fake('clave.docx', 0x50, 0x4b, 3, 4, 20, 0, 1, 0))
  await dialog.getByText(/“clave\.docx” is protected by a password\. Remove it in Word \(File → Info → Protect\)/).waitFor()
  // Its first bytes are right, so the server has to say it; the file stays chosen.
  await field.setInputFiles(fake('roto.docx', 0x50, 0x4b, 3, 4, 0))
  ines.troubles.expect(/422/)
  await dialog.getByRole('button', { name: 'See what becomes of it' }).click()
  await dialog.getByText(/“roto\.docx” is not a Word document \(\.docx\), or it is damaged/).waitFor()
  await dialog.getByText('Chosen: roto.docx').waitFor()
  expect(await findingsOf(ines.page)).toEqual([])

  await field.setInputFiles(await encargo())
  await dialog.getByLabel('Title of the paper').fill('Encargo de la ciudad')
  await dialog.getByLabel('Language of the file').selectOption({ label: 'Spanish' })
  await dialog.getByLabel('Name in the address').fill('Encargo de la ciudad')
  ines.troubles.expect(/422/)
  await dialog.getByRole('button', { name: 'See what becomes of it' }).click()
  await dialog.getByText(/Only small letters a–z, digits/).waitFor()
  await dialog.getByLabel('Name in the address').fill('encargo')
  await dialog.getByRole('button', { name: 'See what becomes of it' }).click()
  await dialog.getByRole('heading', { name: 'What becomes of the file' }).waitFor()
  const chapter = dialog.getByRole('listitem').filter({ hasText: 'Vivienda' })
  for (const words of ['1 table', '1 note', '1 picture', '1 comment', 'Rosa Quispe']) await chapter.getByText(words).waitFor()
  await dialog.getByText('Joined cells were separated: the words stand in the first of them.').waitFor()
  expect(await findingsOf(ines.page)).toEqual([])
  expect((await ines.context.request.get('/api/v1/papers/encargo')).status()).toBe(404)

  await dialog.getByRole('button', { name: 'Make the paper' }).click()
  await dialog.getByText('2 chapters, 2 drafts of amendments and one comment came in.').waitFor()
  expect(await dialog.getByRole('link', { name: 'Trabajo' }).getAttribute('href')).toBe('/papers/encargo/es/2')
  await dialog.getByRole('button', { name: 'Close' }).click()
  await ines.page.getByRole('link', { name: 'Encargo de la ciudad' }).waitFor()

  await ines.clicks('Bring in a Word file')
  dialog = ines.page.getByRole('dialog').filter({ visible: true })
  await dialog.getByLabel('Word file (.docx)').setInputFiles(await encargo())
  ines.troubles.expect(/409/)
  await dialog.getByRole('button', { name: 'See what becomes of it' }).click()
  await dialog.getByText('This very file was taken in before, as the paper “encargo”. Nothing was added.').waitFor()
  await dialog.getByText('Chosen: Encargo_de la ciudad.docx').waitFor()
  await dialog.getByRole('link', { name: 'Open that paper' }).click()
  await ines.seesHeading('Encargo de la ciudad')
  await ines.goesTo('/p/encargo/amendments')
  await ines.sees(/Cambios con seguimiento de Rosa Quispe/)
})

test('what Inés typed for a file comes back after a reload, and a file can be dropped, on a phone too', async () => {
  const ines = await stage.enter('Inés Duarte', { viewport: PHONE })
  let dialog = await opensDialog(ines)
  await dialog.getByLabel('Title of the paper').fill('La ciudad y sus puertas')
  await ines.reloads()
  dialog = await opensDialog(ines)
  expect(await dialog.getByLabel('Title of the paper').inputValue()).toBe('La ciudad y sus puertas')
  const bytes = [...(await encargo()).buffer, 0]
  const carried = await ines.page.evaluateHandle(([all, type]) => {
    const transfer = new DataTransfer()
    transfer.items.add(new File([Uint8Array.from(all as number[])], 'puertas.docx', { type: type as string }))
    return transfer
  }, [bytes, WORD] as const)
  await dialog.dispatchEvent('drop', { dataTransfer: carried })
  await dialog.getByText('Chosen: puertas.docx').waitFor()
  expect(await dialog.getByLabel('Name in the address').inputValue()).toBe('la-ciudad-y-sus-puertas')
  expect(await sidewaysScroll(ines.page)).toBe(0)
  await dialog.getByRole('button', { name: 'See what becomes of it' }).click()
  await dialog.getByRole('heading', { name: 'What becomes of the file' }).waitFor()
  expect(await sidewaysScroll(ines.page)).toBe(0)
})

test('whoever may not make papers is not offered it', async () => {
  const camila = await stage.enter('Camila Rojas')
  await camila.goesTo('/')
  await camila.page.getByRole('heading', { name: 'Papers' }).waitFor()
  expect(await camila.button('Bring in a Word file').count()).toBe(0)
})
