import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { findingsOf, sidewaysScroll } from '../harness/axe'
import { DESK, PAPER, PHONE } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()
const SLUG = PAPER.split('/')[2] ?? ''

/** The first sealed draft of the demonstration. */
async function firstDraft(request: { get(url: string): Promise<{ json(): Promise<unknown> }> }): Promise<string> {
  const { milestones } = (await (await request.get(`/api/v1${PAPER}/milestones`)).json()) as { milestones: { id: string }[] }
  return milestones[0]?.id ?? ''
}

test('Inés reads what will be public, publishes, and a stranger without script reads it; then she withdraws it', async () => {
  const ines = await stage.enter('Inés Duarte')
  const draft = await firstDraft(ines.context.request)
  await ines.goesTo(`${PAPER}/milestones/${draft}`)
  await ines.sees('Only those who work here can read this draft.')
  await ines.clicks('Publish')
  await ines.sees('Everybody who has the address will be able to read, without signing in:')
  await ines.clicks('Publish for everybody')
  await ines.sees(/Public since/)
  const address = await ines.page.getByRole('link', { name: 'Open the public page' }).getAttribute('href')
  expect(address).toMatch(new RegExp(`/p/${SLUG}/${draft}$`))

  // Somebody who never heard of Borrador, with script switched off.
  const context = await stage.browser().newContext({ baseURL: stage.service().url, javaScriptEnabled: false })
  const page = await context.newPage()
  const outside: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith(stage.service().url)) outside.push(request.url())
  })
  await page.goto(`/p/${SLUG}/${draft}?lang=en`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  expect(await page.locator('html').getAttribute('lang')).toBe('en')
  const fifth = page.locator('[data-number="5"]')
  await fifth.getByRole('link', { name: '5, permanent link' }).click()
  expect(page.url()).toMatch(/#p-[0-9a-f]{16}$/)
  expect(page.url()).toContain(await fifth.getAttribute('id') ?? '?')
  await page.getByRole('link', { name: 'español' }).click()
  expect(await page.locator('html').getAttribute('lang')).toBe('es')
  await page.getByRole('heading', { name: 'Cómo citar este borrador' }).waitFor()
  const coming = page.waitForEvent('download')
  await page.getByRole('link', { name: 'HTML' }).click()
  const file = await (await coming).path()
  const html = await readFile(file, 'utf8')
  expect(html).toContain('<style>')
  expect(html).not.toMatch(/<script|<link|src="\//)
  expect(outside).toEqual([])

  await ines.clicks('Withdraw')
  await ines.page.getByLabel('Reason, for everybody to read').fill('It names people.')
  await ines.clicks('Withdraw from the public')
  await ines.sees(/Withdrawn on/)
  const gone = await page.goto(`/p/${SLUG}/${draft}?lang=en`)
  expect(gone?.status()).toBe(410)
  await page.getByText('It names people.').waitFor()
  expect(await page.getByRole('article').count()).toBe(0)
  await context.close()
})

const looks = (['light', 'dark'] as const).flatMap((colorScheme) =>
  Object.entries({ 'at a desk': DESK, 'on a phone': PHONE }).map(([where, viewport]) => ({ colorScheme, where, viewport })))

test.each(looks)('the public pages are in order, $where, $colorScheme', async ({ colorScheme, viewport }) => {
  const ines = await stage.enter('Inés Duarte')
  const draft = await firstDraft(ines.context.request)
  const publication = await (await ines.context.request.get(`/api/v1/milestones/${draft}/publication`)).json()
  if (publication.state !== 'public') {
    const answer = await ines.context.request.post(`/api/v1/milestones/${draft}/publish`, { data: {} })
    expect(answer.status()).toBe(200)
  }
  const context = await stage.browser().newContext({ baseURL: stage.service().url, colorScheme, viewport, bypassCSP: true })
  const page = await context.newPage()
  for (const address of [`/p/${SLUG}/${draft}?lang=es`, `/p/${SLUG}/${draft}?lang=en`, `/p/${SLUG}?lang=es`]) {
    await page.goto(address)
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect([...(await findingsOf(page)), ...((await sidewaysScroll(page)) > 0 ? ['scrolls sideways'] : [])], address).toEqual([])
  }
  await context.close()
})
