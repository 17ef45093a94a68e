import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { PAPER, type Person } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()

/** Presses a button that downloads, and returns the file's name and bytes. */
async function downloads(person: Person, button: string): Promise<{ name: string; bytes: Buffer }> {
  const coming = person.page.waitForEvent('download')
  await person.clicks(button)
  const download = await coming
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) }
}

async function seals(ines: Person, name: string): Promise<void> {
  await ines.goesTo(PAPER)
  await ines.clicks('Seal a draft')
  await ines.page.getByLabel('Name', { exact: true }).fill(name)
  await ines.clicks('Seal for good')
}

/** Words as `pdftotext` reads them, on one line. */
function wordsOfPdf(bytes: Buffer): string {
  return execFileSync('pdftotext', ['-', '-'], { input: bytes }).toString().replace(/\s+/g, ' ')
}

test('Inés seals the Bogotá draft: it stands there with date, authority, heads and fingerprints, and nothing in it can be changed', async () => {
  const ines = await stage.enter('Inés Duarte')
  await ines.goesTo(PAPER)
  await ines.clicks('Seal a draft')
  await ines.sees('This cannot be undone.')
  expect(await ines.page.getByLabel('Name', { exact: true }).inputValue()).toBe('Bogotá draft')
  await ines.clicks('Seal for good')
  await ines.seesHeading('Bogotá draft')
  await ines.sees('Sealed, cannot be changed')
  await ines.sees('Sealed on 21 September 2016 by Inés Duarte, UCLG World Secretariat')
  await ines.sees(/UCLG World Congress, Bogotá, 12 October 2016/)
  expect(await ines.page.locator('[contenteditable="true"]').count()).toBe(0)

  await ines.page.getByText('Version and fingerprint of each of the 16 texts').click()
  const rows = await ines.page.getByRole('table').getByRole('row').allTextContents()
  expect(rows).toHaveLength(17)
  for (const row of rows.slice(1)) expect(row.replace(/\s/g, '')).toMatch(/[0-9a-f]{64}[0-9a-f]{12}/)
})

test('the fingerprint on the page is the SHA-256 of the sealed words, as anybody can compute it', async () => {
  const ines = await stage.enter('Inés Duarte')
  const { milestones } = await (await ines.context.request.get(`/api/v1${PAPER}/milestones`)).json()
  const { id, texts } = milestones[0]
  const { blocks } = await (await ines.context.request.get(`/api/v1/milestones/${id}/texts/${texts[0].text}`)).json()
  const sorted = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(sorted)
      : value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]))
        : value
  expect(createHash('sha256').update(JSON.stringify(sorted(blocks))).digest('hex')).toBe(texts[0].digest)
})

test('sealing again under the same name is refused in words, and another name is taken', async () => {
  const ines = await stage.enter('Inés Duarte')
  ines.troubles.expect(/milestones.* 409/)
  await seals(ines, 'Bogotá draft')
  await ines.sees('There is already a sealed draft with that name. Choose another name.')
  await ines.page.getByLabel('Name', { exact: true }).fill('Bogotá draft, second reading')
  await ines.clicks('Seal for good')
  await ines.seesHeading('Bogotá draft, second reading')
})

test('what is written after the sealing is not in the sealed draft', async () => {
  const [ines, adaeze] = await Promise.all([stage.enter('Inés Duarte'), stage.enter('Adaeze Obi')])
  await seals(ines, 'Before the change')
  await ines.seesHeading('Before the change')
  await adaeze.opens('1')
  await adaeze.puts('after', 'Por qué hablan las ciudades')
  await adaeze.types(' ahora')
  await adaeze.isSaved()
  await ines.reloads()
  await ines.page.getByRole('group', { name: 'Language of this draft' }).getByText('Español').click()
  await ines.seesHeading(/^1\s*Por qué hablan las ciudades$/)
  expect(await ines.page.getByText('hablan las ciudades ahora').count()).toBe(0)
})

test('the sealed draft is taken away as PDF and as Markdown, and both hold its words', async () => {
  const samir = await stage.enter('Samir Haddad')
  await samir.goesTo(PAPER)
  await samir.page.getByRole('link', { name: 'Bogotá draft', exact: true }).click()
  await samir.seesHeading('Bogotá draft')
  const pdf = await downloads(samir, 'Download “Bogotá draft” in English, PDF')
  expect(pdf.name).toMatch(/^ciudades-migracion-inclusion.*Bogotá draft.*en\.pdf$/)
  expect(pdf.bytes.subarray(0, 5).toString()).toBe('%PDF-')
  expect(wordsOfPdf(pdf.bytes)).toContain('No municipality decides who crosses a border')
  const markdown = await downloads(samir, 'Download “Bogotá draft” in English, Markdown')
  expect(markdown.bytes.toString()).toMatch(/^# Why cities speak$/m)
  expect(markdown.bytes.toString()).toContain('No municipality decides who crosses a border')
})

test('today’s text is taken away too, with what was just written', async () => {
  const adaeze = await stage.enter('Adaeze Obi')
  await adaeze.opens('2')
  await adaeze.puts('after', 'Siete principios')
  await adaeze.types(' y medio')
  await adaeze.isSaved()
  await adaeze.goesTo(PAPER)
  const markdown = await downloads(adaeze, 'Download today’s text in Spanish, Markdown')
  expect(markdown.bytes.toString()).toContain('## Siete principios y medio')
  const pdf = await downloads(adaeze, 'Download today’s text in Spanish, PDF')
  expect(wordsOfPdf(pdf.bytes)).toContain('Siete principios y medio')
})

test('who is not of the secretariat sees the drafts, and no way to seal one', async () => {
  for (const name of ['Adaeze Obi', 'Samir Haddad', 'Joan Miller']) {
    const person = await stage.enter(name)
    await person.goesTo(PAPER)
    await person.seesHeading('Drafts')
    expect(await person.button('Seal a draft').count(), name).toBe(0)
  }
})
