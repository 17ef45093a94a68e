import { expect, test } from 'vitest'
import { PAPER, type Person } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()

/** Adaeze at the end of a paragraph, by keyboard alone from here on. */
async function adaezeWrites(after: string, chapter: string): Promise<Person> {
  const adaeze = await stage.enter('Adaeze Obi')
  await adaeze.opens(chapter)
  await adaeze.puts('after', after)
  return adaeze
}

/** Element name and words of the blocks from the one that holds `first`; list items with their depth, numbers before their words. */
async function outlineFrom(person: Person, first: string, count: number): Promise<string[]> {
  return person.text.evaluate((text, { first, count }) => {
    const blocks = [...text.children]
    const start = blocks.findIndex((block) => block.textContent?.includes(first))
    return blocks.slice(start, start + count).map((block) => {
      const depth = [...block.classList].find((name) => /^d\d$/.test(name)) ?? ''
      const number = block.getAttribute('data-number')
      return [block.tagName.toLowerCase() + depth, number, block.textContent].filter(Boolean).join(' ')
    })
  }, { first, count })
}

test('headings, lists within lists, a quotation and numbers come from the keyboard alone, and Marta reads the same', async () => {
  const adaeze = await adaezeWrites('Este capítulo se ocupa de ese comienzo.', '3')
  await adaeze.presses('Enter')
  await adaeze.types('## Una prueba')
  await adaeze.presses('Enter')
  await adaeze.types('Tres cosas:')
  await adaeze.presses('Enter')
  await adaeze.types('- la primera')
  await adaeze.presses('Enter', 'Tab')
  await adaeze.types('con un detalle')
  await adaeze.presses('Enter', 'Shift+Tab')
  await adaeze.types('la segunda')
  await adaeze.presses('Enter', 'Enter')
  await adaeze.types('1) un paso')
  await adaeze.presses('Enter', 'Enter')
  await adaeze.types('> Dicho en la plaza')
  await adaeze.presses('Enter', 'Enter')
  await adaeze.presses('Control+Alt+1')
  await adaeze.types('Un párrafo con número.')

  const expected = [
    'h2 Una prueba', 'p Tres cosas:', 'uld0 la primera', 'uld1 con un detalle', 'uld0 la segunda', 'old0 un paso',
    'blockquote Dicho en la plaza', 'p 20 Un párrafo con número.', 'h2 Los primeros días',
  ]
  expect(await outlineFrom(adaeze, 'Una prueba', 9)).toEqual(expected)
  await adaeze.isSaved()
  const marta = await stage.enter('Marta Roca')
  await marta.opens('3')
  expect(await outlineFrom(marta, 'Una prueba', 9)).toEqual(expected)
})

test('numbers run through the paper: one paragraph more in chapter 4, and chapter 5 begins one later, also for Marta who has it open', async () => {
  const marta = await stage.enter('Marta Roca')
  await marta.opens('5')
  const first = marta.block('Pocas cosas dan tanta autonomía')
  const before = Number(await first.getAttribute('data-number'))

  const adaeze = await adaezeWrites('cuánto tarda en llegar una ambulancia.', '4')
  const next = adaeze.block('El mercado recibe a los recién llegados')
  const here = Number(await next.getAttribute('data-number'))
  await adaeze.presses('Enter', 'Control+Alt+1')
  await adaeze.types('Un párrafo nuevo.')
  await expect.poll(() => next.getAttribute('data-number')).toBe(String(here + 1))
  await expect.poll(() => first.getAttribute('data-number')).toBe(String(before + 1))
  await marta.reloads()
  await expect.poll(() => first.getAttribute('data-number')).toBe(String(before + 1))
})

test('bold and italic by their keys, and again to end them', async () => {
  const adaeze = await adaezeWrites('Pocas cosas dan tanta autonomía como un salario', '5')
  await adaeze.types(' ')
  await adaeze.presses('Control+b')
  await adaeze.types('digno')
  await adaeze.presses('Control+b')
  await adaeze.types(' y ')
  await adaeze.presses('Control+i')
  await adaeze.types('estable')
  await adaeze.presses('Control+i')
  await adaeze.types(' hoy')
  const marta = await stage.enter('Marta Roca')
  await adaeze.isSaved()
  await marta.opens('5')
  const html = await marta.block('como un salario').innerHTML()
  expect(html).toContain('un salario <strong>digno</strong> y <em>estable</em> hoy')
})

test('a link by keyboard alone: select, Ctrl+K, address, Enter; the words carry it, and writing goes on behind them', async () => {
  const adaeze = await adaezeWrites('Una decisión ajena', '1')
  await adaeze.selects('Ningún municipio')
  await adaeze.presses('Control+k')
  const address = adaeze.page.getByLabel('Address of the link')
  await address.waitFor()
  await adaeze.types('javascript:alert(1)')
  await adaeze.presses('Enter')
  await adaeze.sees(/This is not an address that can be followed\./)
  await address.fill('')
  await adaeze.types('www.uclg.org')
  await adaeze.presses('Enter')
  const link = adaeze.text.getByRole('link', { name: 'Ningún municipio' })
  await link.waitFor()
  expect(await link.getAttribute('href')).toBe('https://www.uclg.org')
  await adaeze.presses('ArrowRight')
  await adaeze.types(' nuestro')
  await adaeze.reads('Ningún municipio nuestro decide')
  expect(await link.textContent()).toBe('Ningún municipio')
})

test('the toolbar does what the keys do, and says what is on', async () => {
  const adaeze = await adaezeWrites('Quién paga la inclusión', '8')
  const words = (await adaeze.paragraphs())[1].split(' ').slice(0, 3).join(' ')
  await adaeze.selects(words)
  await adaeze.clicks(/^Bold/)
  await expect.poll(() => adaeze.button(/^Bold/).getAttribute('aria-pressed')).toBe('true')
  expect(await adaeze.text.locator('strong', { hasText: words }).count()).toBe(1)
  await adaeze.page.getByLabel('Paragraph style').selectOption({ label: 'Quotation' })
  await adaeze.text.locator('blockquote', { hasText: words }).waitFor()
  await adaeze.clicks(/^Undo my edits/)
  await adaeze.clicks(/^Undo my edits/)
  await expect.poll(() => adaeze.text.locator('strong', { hasText: words }).count()).toBe(0)
})

test('Tab leaves the text outside lists, and Escape then Tab leaves it from anywhere', async () => {
  const adaeze = await adaezeWrites('encontrar cama para una familia', '1')
  const inText = () => adaeze.page.evaluate(() => document.activeElement?.closest('#text') !== null)
  await adaeze.presses('Tab')
  expect(await inText()).toBe(true)
  await adaeze.presses('Escape', 'Tab')
  expect(await inText()).toBe(false)
  await adaeze.puts('after', 'Ninguna de esas gestiones')
  await adaeze.presses('Tab')
  expect(await inText()).toBe(false)
})

test('the title of the chapter changes in the outline and on the paper’s page', async () => {
  const adaeze = await adaezeWrites('Lo que se aprende entre iguales', '7')
  await adaeze.types(', y cómo')
  await adaeze.page.getByRole('navigation', { name: 'Contents of the paper' }).getByText('Lo que se aprende entre iguales, y cómo').waitFor()
  await adaeze.isSaved()
  // The paper's page tells what the server has taken in, which may be a moment after it was saved.
  const chapter = adaeze.page.getByRole('link', { name: 'Lo que se aprende entre iguales, y cómo' })
  await expect.poll(async () => {
    await adaeze.goesTo(PAPER)
    await adaeze.clicks('Spanish')
    return chapter.count()
  }).toBe(1)
})
