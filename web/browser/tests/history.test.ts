import { expect, test } from 'vitest'
import { findingsOf, sidewaysScroll } from '../harness/axe'
import { eventually } from '../harness/eventually'
import { PAPER, PHONE, type Person } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()
const historyOf = (chapter: string) => `${PAPER.replace('/papers/', '/p/')}/history/${chapter}?language=es`

async function isInOrder(person: Person, state: string): Promise<void> {
  expect([...(await findingsOf(person.page)), ...((await sidewaysScroll(person.page)) > 0 ? ['scrolls sideways'] : [])], state).toEqual([])
}

const chosen = (person: Person) => person.page.locator('.moment[aria-current]').getAttribute('data-moment')
const reads = async (person: Person) => (await person.page.locator('.past .words').allTextContents()).join('\n')

/** Chooses the moment at this place of the list, 0 for the newest, and waits until the text of it is there. */
async function steps(person: Person, at: number): Promise<void> {
  const moment = person.page.locator('.moment').nth(at)
  await moment.click()
  await person.page.locator('.then[aria-busy="false"] .past').waitFor()
}

test('Marta finds what was written when, walks through it by key, and reads the chapter as it was', async () => {
  const marta = await stage.enter('Marta Roca')
  await marta.opens('3')
  await marta.page.getByRole('link', { name: 'History', exact: true }).click()
  await marta.seesHeading('History of chapter 3')
  await marta.page.locator('.past').waitFor()
  const days = await marta.page.locator('.timeline .day h3').allTextContents()
  expect(days).toEqual(expect.arrayContaining(['13 June 2016', '20 June 2016', '27 June 2016']))
  await marta.sees(/^The chapter as it is now/)
  const now = await reads(marta)
  await isInOrder(marta, 'now')

  const first = await chosen(marta)
  await marta.presses('j')
  await eventually('an earlier one is chosen', () => chosen(marta), (id) => id !== null && id !== first)
  await marta.presses('k')
  await eventually('and the newest again', () => chosen(marta), (id) => id === first)

  await steps(marta, (await marta.page.locator('.moment').count()) - 1)
  await marta.sees('This is how the chapter began.')
  await eventually('the chapter as it began', () => reads(marta), (words) => words.length < now.length)
  await steps(marta, (await marta.page.locator('.moment').count()) - 3)
  await eventually('what came is marked', () => marta.page.locator('.past ins, .past .block.inserted').count(), (count) => count > 0)
  await marta.page.getByLabel('Show what changed').uncheck()
  await eventually('and is not', () => marta.page.locator('.past ins, .past .block.inserted').count(), (count) => count === 0)
  await isInOrder(marta, 'a moment')
})

test('a paragraph that was deleted comes back while Adaeze writes in another: her words stay, and so does her comment', async () => {
  const [marta, adaeze] = await Promise.all([stage.enter('Marta Roca'), stage.enter('Adaeze Obi')])
  await Promise.all([marta.opens('7'), adaeze.opens('7')])
  const all = await marta.paragraphs()
  const lost = all[3]!
  const kept = all[1]!
  const [quoted, anchor] = [kept.split(' ').slice(0, 3).join(' '), kept.split(' ').slice(-3).join(' ')]
  await adaeze.selects(quoted)
  await adaeze.presses('Control+Alt+m')
  await adaeze.page.getByRole('textbox', { name: 'Your comment' }).fill('Is this so?')
  await adaeze.presses('Control+Enter')
  await adaeze.page.getByRole('region', { name: `Comment by Adaeze Obi on “${quoted}”` }).waitFor()
  await marta.selects(lost)
  await marta.presses('Delete', 'Backspace')
  await marta.isSaved()
  await adaeze.nowhereReads(lost)

  const other = await marta.opensWindow()
  await other.goesTo(historyOf('7'))
  await other.page.locator('.past .block.deleted').waitFor()
  const gone = other.page.locator('.past-entry').filter({ has: other.page.locator('.block.deleted') })
  await gone.getByRole('button', { name: 'Bring this paragraph back' }).click()
  await other.page.getByRole('dialog').locator('.preview .block.inserted').waitFor()
  await isInOrder(other, 'asked')
  // Before it is confirmed, Adaeze writes elsewhere.
  await adaeze.puts('after', anchor)
  await adaeze.types(' Hoy más que nunca.')
  await adaeze.isSaved()
  await other.page.getByRole('dialog').getByRole('button', { name: 'Restore', exact: true }).click()
  await other.sees('Restored. It stands in the chapter now.')
  await other.sees(/^One paragraph brought back/)

  await adaeze.reads(lost)
  await adaeze.reads('Hoy más que nunca.')
  expect(await adaeze.text.locator('[data-thread]').filter({ hasText: quoted }).count()).toBe(1)
  await adaeze.reloads()
  await adaeze.text.waitFor()
  await adaeze.reads(lost)
  await adaeze.reads('Hoy más que nunca.')
  // Undo is Adaeze's own: what Marta brought back stays.
  await marta.reads('Hoy más que nunca.')
})

test('words that somebody changed meanwhile are looked at again, and a locked chapter says why it stays', async () => {
  const [marta, adaeze, ines] = await Promise.all([stage.enter('Marta Roca'), stage.enter('Adaeze Obi'), stage.enter('Inés Duarte')])
  await adaeze.opens('8')
  const words = (await adaeze.paragraphs())[2]!.split(' ').slice(0, 4).join(' ')
  await adaeze.puts('before', words)
  await adaeze.types('Primero: ')
  await adaeze.isSaved()
  await marta.goesTo(historyOf('8'))
  await steps(marta, 1)
  await marta.clicks('Restore this chapter')
  const box = marta.page.getByRole('dialog')
  await box.locator('.preview del').waitFor()
  await adaeze.types('siempre ')
  await adaeze.isSaved()
  marta.troubles.expect(/409/)
  await box.getByRole('button', { name: 'Restore', exact: true }).click()
  await marta.sees(/^Somebody has just changed the same paragraphs/)
  await eventually('the change is shown anew', () => box.locator('.preview del').first().textContent(), (gone) => gone?.includes('siempre') ?? false)

  // The committee locks the chapter while the box is open.
  const { chapters } = await (await ines.context.request.get(`/api/v1${PAPER}`)).json()
  const lock = `/api/v1${PAPER}/chapters/${chapters[7].id}/lock`
  const locked = await ines.context.request.post(lock, { data: { reason: 'The committee reads it.' }, headers: { origin: stage.service().url } })
  expect(locked.status(), await locked.text()).toBe(200)
  marta.troubles.expect(/423/)
  await box.getByRole('button', { name: 'Restore', exact: true }).click()
  await box.getByRole('alert').filter({ hasText: /locked/ }).waitFor()
  await box.getByRole('button', { name: 'Cancel' }).click()
  await marta.reloads()
  await marta.page.locator('.past').waitFor()
  expect(await marta.button('Restore this chapter').count(), 'nobody restores in a locked chapter').toBe(0)
})

test('on a phone the list comes first, then the text, and back', async () => {
  const marta = await stage.enter('Marta Roca', { viewport: PHONE })
  await marta.goesTo(historyOf('3'))
  await marta.page.locator('.moment').first().waitFor()
  expect(await marta.page.locator('.then').isVisible()).toBe(false)
  await isInOrder(marta, 'the list')
  await steps(marta, 1)
  expect(await marta.page.locator('.timeline').isVisible()).toBe(false)
  await isInOrder(marta, 'the text')
  await marta.clicks('All moments')
  expect(await marta.page.locator('.timeline').isVisible()).toBe(true)
})
