import { expect, test } from 'vitest'
import type { Person } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()

/** The policy keeps the styles of pasted words from having any effect; the browser mentions it each time. */
const STYLES_HAVE_NO_EFFECT = /Applying inline style violates the following Content Security Policy/

/** Puts something on the system's clipboard and pastes it with the keys. */
async function pastes(person: Person, flavours: Record<string, string>): Promise<void> {
  await person.page.evaluate(async (flavours) => {
    const blobs = Object.entries(flavours).map(([type, words]) => [type, new Blob([words], { type })])
    await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs) as Record<string, Blob>)])
  }, flavours)
  await person.presses('Control+v')
}

async function adaezeInAnEmptyParagraph(): Promise<Person> {
  const adaeze = await stage.enter('Adaeze Obi')
  adaeze.troubles.expect(STYLES_HAVE_NO_EFFECT)
  await adaeze.opens('2')
  await adaeze.puts('after', 'si se están respetando.')
  await adaeze.presses('Enter')
  return adaeze
}

async function blocksAfter(person: Person, words: string, count: number): Promise<string[]> {
  return person.text.evaluate((text, { words, count }) => {
    const blocks = [...text.children]
    const at = blocks.findIndex((block) => block.textContent?.includes(words))
    return blocks.slice(at + 1, at + 1 + count).map((block) => {
      const depth = [...block.classList].find((name) => /^d\d$/.test(name)) ?? ''
      return `${block.tagName.toLowerCase()}${depth} ${block.textContent}`
    })
  }, { words, count })
}

test('plain text of several lines becomes paragraphs', async () => {
  const adaeze = await adaezeInAnEmptyParagraph()
  await pastes(adaeze, { 'text/plain': 'Primera línea, con «comillas».\nSegunda línea — con raya.\n' })
  await expect.poll(() => blocksAfter(adaeze, 'si se están respetando.', 2)).toEqual(['p Primera línea, con «comillas».', 'p Segunda línea — con raya.'])
})

test('from Word: heading, bold over words, a list with a level below; styles and the list’s bullets stay behind', async () => {
  const adaeze = await adaezeInAnEmptyParagraph()
  await pastes(adaeze, {
    'text/plain': 'not this',
    'text/html': `<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{font-size:11pt}</style></head><body lang=ES>
<!--StartFragment--><h2 style='mso-outline-level:2'><span lang=ES>Acceso a los derechos<o:p></o:p></span></h2>
<p class=MsoNormal><b>Recomendamos <span style='color:red'>que cada ciudad</span></b> lo diga.<o:p></o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp; </span></span></span><![endif]>uno<o:p></o:p></p>
<p class=MsoListParagraphCxSpLast style='text-indent:-18.0pt;mso-list:l0 level2 lfo1'><![if !supportLists]><span style='font-family:"Courier New"'><span style='mso-list:Ignore'>o<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><![endif]>uno bajo uno<o:p></o:p></p>
<!--EndFragment--></body></html>`,
  })
  await expect.poll(() => blocksAfter(adaeze, 'si se están respetando.', 4)).toEqual([
    'h2 Acceso a los derechos', 'p Recomendamos que cada ciudad lo diga.', 'uld0 uno', 'uld1 uno bajo uno',
  ])
  expect(await adaeze.block('Recomendamos que cada ciudad').innerHTML()).toContain('<strong>Recomendamos que cada ciudad</strong> lo diga.')
})

test('from Google Docs: bold by weight, italic, a link; what is not bold is not made bold', async () => {
  const adaeze = await adaezeInAnEmptyParagraph()
  await pastes(adaeze, {
    'text/html': `<meta charset='utf-8'><b style="font-weight:normal;" id="docs-internal-guid-1"><p dir="ltr" style="line-height:1.38"><span style="font-weight:400">Todo </span><span style="font-weight:700">vecino</span><span style="font-style:italic"> cuenta</span><span> en </span><a href="https://www.uclg.org/es" style="text-decoration:none"><span>CGLU</span></a></p></b>`,
  })
  await adaeze.reads('Todo vecino cuenta en CGLU')
  const html = await adaeze.block('Todo vecino cuenta en CGLU').innerHTML()
  expect(html).toContain('Todo <strong>vecino</strong><em> cuenta</em> en <a href="https://www.uclg.org/es"')
})

test('a script, a picture and a script’s address do not come in with the words', async () => {
  const adaeze = await adaezeInAnEmptyParagraph()
  // The browser itself refuses to run it, and says so in the console.
  adaeze.troubles.expect(/Content Security Policy/)
  await pastes(adaeze, {
    'text/html': `<p>Antes <img src="https://example.org/pixel.gif" onerror="document.title='hurt'"><a href="javascript:alert(1)">pulse aquí</a><script>document.title='hurt'</script> después</p>`,
  })
  await adaeze.reads('pulse aquí')
  const block = adaeze.block('pulse aquí')
  expect(await block.textContent()).toBe('Antes pulse aquí después')
  expect(await block.locator('a, img, script').count()).toBe(0)
  expect(await adaeze.page.title()).not.toBe('hurt')
})

test('what is copied here and pasted here keeps its kinds, and gets identities of its own', async () => {
  const adaeze = await stage.enter('Adaeze Obi')
  await adaeze.opens('8')
  const before = await adaeze.paragraphs()
  await adaeze.puts('before', before[1])
  await adaeze.presses('Control+Shift+End')
  await adaeze.copies()
  await adaeze.presses('ArrowRight', 'Enter', 'Control+v')
  await expect.poll(async () => (await adaeze.paragraphs()).length).toBeGreaterThanOrEqual(2 * before.length - 2)
  await adaeze.isSaved()
  const ids = await adaeze.text.locator('[data-id]').evaluateAll((blocks) => blocks.map((block) => block.getAttribute('data-id')))
  expect(new Set(ids).size).toBe(ids.length)
})
