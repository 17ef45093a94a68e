import { expect, test } from 'vitest'
import { PAPER, type Person } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()

/** Adaeze of UCLG Africa and Marta of Social Inclusion, with the same chapter open. */
async function bothOpen(chapter: string) {
  const [adaeze, marta] = await Promise.all([stage.enter('Adaeze Obi'), stage.enter('Marta Roca')])
  await Promise.all([adaeze.opens(chapter), marta.opens(chapter)])
  return { adaeze, marta }
}

async function haveTheSame(...people: Person[]): Promise<void> {
  const [first, ...others] = people
  for (const other of others) await expect.poll(() => other.paragraphs()).toEqual(await first.paragraphs())
}

test('Adaeze and Marta write at once, and each reads the words of the other', async () => {
  const { adaeze, marta } = await bothOpen('1')
  await adaeze.puts('after', 'Por qué hablan las ciudades')
  await marta.puts('after', 'De dónde viene este texto')
  await Promise.all([adaeze.types(' hoy'), marta.types(' y adónde va')])
  for (const person of [adaeze, marta]) {
    await person.reads('Por qué hablan las ciudades hoy')
    await person.reads('De dónde viene este texto y adónde va')
    await person.isSaved()
  }
  await haveTheSame(adaeze, marta)
})

test('both write in the middle of one sentence, letter by letter, and no letter is lost', async () => {
  const { adaeze, marta } = await bothOpen('2')
  await adaeze.puts('after', 'Una lista larga de principios')
  await marta.puts('before', 'se olvida con la misma facilidad')
  await Promise.all([adaeze.types(' escritos con prisa'), marta.types('a menudo ')])
  for (const person of [adaeze, marta]) {
    await person.reads('Una lista larga de principios escritos con prisa se aprueba con facilidad y a menudo se olvida con la misma facilidad')
  }
  await haveTheSame(adaeze, marta)
})

test('each sees where the other is: a caret with name and component, and a face in the bar', async () => {
  const { adaeze, marta } = await bothOpen('3')
  await marta.page.getByRole('list', { name: 'One other person in this text' }).getByRole('img', { name: /^Adaeze Obi, / }).waitFor()
  await adaeze.puts('after', 'quien llega necesita un mostrador')
  await adaeze.types(' y')
  const caret = marta.text.locator('.caret')
  const label = () => caret.evaluate((element) => getComputedStyle(element, '::after').content)
  await expect.poll(label).toMatch(/^"Adaeze Obi.*UCLG Africa"$/)
  const before = () => caret.evaluate((element) => {
    const range = document.createRange()
    range.setStart(element.closest('p') as Node, 0)
    range.setEndBefore(element)
    return range.toString()
  })
  await expect.poll(before, { message: 'it stands right behind the words just typed' }).toMatch(/quien llega necesita un mostrador y$/)
  await adaeze.goesTo(PAPER)
  await expect.poll(() => caret.count(), { message: 'the caret leaves with its person' }).toBe(0)
  await expect.poll(() => marta.page.getByRole('img', { name: /^Adaeze Obi, / }).count()).toBe(0)
})

test('“Saved” is said only when the server has it: while the line is held, Adaeze reads “Saving”', async () => {
  const { adaeze, marta } = await bothOpen('4')
  await adaeze.isSaved()
  adaeze.lineIsHeld()
  await adaeze.puts('after', 'Vivienda y barrio')
  await adaeze.types(' y vida')
  await expect.poll(() => adaeze.saveWords.textContent()).toBe('Saving…')
  // Marta's words travel there and back meanwhile; the server had all the time it needs.
  await marta.puts('after', 'Encontrar casa')
  await marta.types(' hoy')
  await marta.isSaved()
  expect(await adaeze.saveWords.textContent()).toBe('Saving…')
  await marta.nowhereReads('Vivienda y barrio y vida')
  adaeze.lineIsReleased()
  await adaeze.isSaved()
  await marta.reads('Vivienda y barrio y vida')
  await adaeze.reads('Encontrar casa hoy')
})

test('undo takes back one’s own words only, and redo brings them back', async () => {
  const { adaeze, marta } = await bothOpen('5')
  await adaeze.puts('after', 'La inclusión se decide')
  await adaeze.types(' (Adaeze)')
  await marta.reads('(Adaeze)')
  await marta.puts('after', 'Son ámbitos')
  await marta.types(' (Marta)')
  await adaeze.reads('(Marta)')

  await adaeze.presses('Control+z')
  await adaeze.nowhereReads('(Adaeze)')
  await adaeze.presses('Control+z', 'Control+z', 'Control+z')
  await adaeze.isSaved()
  await marta.nowhereReads('(Adaeze)')
  for (const person of [adaeze, marta]) await person.reads('Son ámbitos (Marta)')

  await adaeze.presses('Control+y')
  await marta.reads('La inclusión se decide (Adaeze)')
  await marta.clicks(/^Undo my edits/)
  for (const person of [adaeze, marta]) {
    await person.nowhereReads('(Marta)')
    await person.reads('(Adaeze)')
  }
})

test('the server dies while both write: what was shown as saved is there when it returns, and what was not follows', async () => {
  const { adaeze, marta } = await bothOpen('6')
  for (const person of [adaeze, marta]) person.troubles.expectNoNetwork()
  await adaeze.puts('after', 'Participación')
  await adaeze.types(' de todas')
  await adaeze.isSaved()
  await stage.service().crash()
  await adaeze.types(' y de todos')
  await adaeze.sees(/^Offline/)
  await stage.service().begin()
  await marta.reads('Participación de todas y de todos')
  await adaeze.isSaved()
  await marta.reloads()
  await marta.reads('Participación de todas y de todos')
})
