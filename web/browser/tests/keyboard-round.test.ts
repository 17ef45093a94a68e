/**
 * A whole round by keyboard alone, each step where the one before left it: somebody is invited, remarks and proposes; their focal point
 * sends both; the secretariat closes the round; it is decided and answered; the next draft is sealed with the accepted words in it.
 *
 * Nobody here has a mouse. They may type an address, use Tab, arrows and the keys that the pages offer, and know only what has the
 * focus and what a screen reader was told (see `harness/keyboard.ts`).
 */
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { Keys } from '../harness/keyboard'
import { PAPER, type Person } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()
const REVIEW = PAPER.replace('/papers/', '/p/')
const REMARK = 'Say which rule is meant here, and whose it is.'
const ADDED = ' And every city that welcomes is heard first.'

/** How Baraka came in, and the session that he keeps on his device from then on. */
let invitation = ''
let amendment = ''
let cookies: Parameters<Person['context']['addCookies']>[0] = []

async function enters(name: string): Promise<[Person, Keys]> {
  const person = await stage.enter(name)
  return [person, await Keys.of(person)]
}

test('Inés invites Baraka to UCLG Africa', async () => {
  const [ines, keys] = await enters('Inés Duarte')
  await ines.goesTo('/people')
  await ines.seesHeading('People and components')
  await keys.activates('link', 'Skip to the content')
  await keys.isOn('main', '')
  await keys.activates('button', 'Invite somebody')
  await keys.isOn('textbox', 'E-mail address')
  await keys.types('baraka.mwangi')
  await keys.fills('Name', 'Baraka Mwangi')
  await keys.chooses('Component', 'UCLG Africa')
  await keys.picks(/^contributor/i)
  ines.troubles.expect(/invitations.* 422/)
  await keys.activates('button', 'Make the invitation')
  await keys.hears(/address/)
  await keys.isOn('textbox', 'E-mail address')
  await keys.presses('End')
  await keys.types('@example.org')
  await keys.activates('button', 'Make the invitation')
  await keys.isOn('textbox', 'The link for Baraka Mwangi')
  await keys.activates('button', 'Copy the link')
  await keys.hears(/^Link copied/)
  invitation = await ines.page.evaluate(() => navigator.clipboard.readText())
  await keys.activates('button', 'Close')
  await keys.isOn('button', 'Invite somebody')
  expect(invitation).toContain('/sign-in#')
})

test('Baraka comes in, finds what is asked of him, remarks on words he only reads, and drafts an amendment', async () => {
  const baraka = await stage.enter('Baraka Mwangi', { stranger: true })
  const keys = await Keys.of(baraka)
  await baraka.goesTo(invitation)
  await baraka.seesHeading('Welcome, Baraka Mwangi')
  await keys.activates('button', 'Enter as Baraka Mwangi')
  await keys.isOn('heading', 'What is asked of you')
  await keys.activates('link', /^Read: Read the draft and say/)
  await keys.isOn('heading', /^Cities, migration and inclusion/)
  await keys.activates('link', 'Why cities speak')
  await keys.isOn('heading', /^1 Why cities speak/)
  await baraka.text.waitFor()

  await keys.reaches('document', /^1 Why cities speak/)
  await keys.presses('ArrowDown', 'ArrowDown', 'Control+Alt+m')
  await keys.isOn('textbox', 'Your comment')
  await keys.types(REMARK)
  await keys.chooses('Who reads this', 'First our component')
  await keys.activates('button', 'Comment')
  await keys.hears(/So far only your component reads it/)
  await keys.isOn('region', /^Comment by Baraka Mwangi on/)
  await keys.presses('Escape')
  await keys.isOn('document', /^1 Why cities speak/)

  await keys.types('x')
  await keys.isOn('heading', /^Propose changes to 1/)
  await keys.presses('Escape')
  await keys.isOn('document', /^1 Why cities speak/)
  await keys.types('x')
  await keys.activates('button', 'Begin a draft')
  await keys.isOn('heading', 'Without a title')
  await baraka.text.waitFor()
  await keys.reaches('textbox', /Why cities speak/)
  await keys.presses('Control+Home', 'ArrowDown', 'End')
  await keys.types(ADDED)
  await keys.presses('Escape')
  await keys.fills('Title, if you like', 'Heard first')
  await keys.fills('Reason', 'Those who welcome know what is needed.')
  await keys.activates('button', 'Ready for the focal point')
  await keys.hears(/Ready for the focal point, says Baraka Mwangi/)
  cookies = await baraka.context.cookies()
})

test('Adaeze keeps the remark and sends it as her section, then submits the amendment', async () => {
  const [adaeze, keys] = await enters('Adaeze Obi')
  await adaeze.goesTo(`${REVIEW}/desk`)
  await adaeze.seesHeading('The desk of UCLG Africa')
  await keys.activates('link', 'Skip to the content')
  await keys.activates('button', 'Keep', { about: new RegExp(REMARK) })
  await keys.hears(/^Kept: it goes out with what you send/)
  await keys.isOn('button', 'Keep') // of the next remark
  await keys.activates('button', 'Send one comment', { by: 'Shift+Tab' })
  await keys.activates('button', 'Send as UCLG Africa')
  await keys.hears(/^One comment was sent/)
  await keys.isOn('heading', 'The desk of UCLG Africa')

  await keys.activates('link', 'Amendments', { by: 'Shift+Tab' })
  await keys.isOn('heading', 'Amendments')
  await keys.activates('link', 'Go on writing “Heard first”')
  await keys.isOn('heading', 'Heard first')
  await adaeze.text.waitFor()
  await keys.reaches('textbox', /Why cities speak/)
  await keys.presses('Escape')
  await keys.activates('button', 'Submit…')
  await keys.activates('button', 'Submit')
  await keys.isOn('heading', /^Amendment \d+ Heard first/)
})

test('Inés closes the round, and is told what is missing where it is missing', async () => {
  const [ines, keys] = await enters('Inés Duarte')
  await ines.goesTo(`${REVIEW}/review`)
  await ines.seesHeading('Segunda lectura')
  await keys.activates('link', 'Skip to the content')
  await keys.activates('button', 'Close now')
  await keys.isOn('textbox', 'Reason, for everybody')
  await keys.presses('Escape')
  await keys.isOn('button', 'Close now')
  await keys.presses('Enter')
  await keys.activates('button', 'Close now')
  await keys.hears(/^Write a reason/)
  await keys.isOn('textbox', 'Reason, for everybody')
  await keys.types('All who were asked have answered.')
  await keys.activates('button', 'Close now')
  await keys.hears(/^The round is closed/)
  await keys.isOn('heading', 'Segunda lectura')
})

test('Marta accepts the amendment, and Nadia answers the remark in the matrix', async () => {
  const [marta, keys] = await enters('Marta Roca')
  await marta.goesTo(`${REVIEW}/amendments`)
  await marta.sees('Heard first')
  await keys.activates('link', 'Skip to the content')
  await keys.chooses('Component', 'UCLG Africa')
  await keys.activates('link', /^Amendment \d+ Heard first/)
  await keys.isOn('heading', /^Amendment \d+ Heard first/)
  await keys.picks(/^Accept as it stands/)
  await keys.activates('button', 'Decide: Accept')
  await keys.hears(/^Amendment \d+ is decided/)
  amendment = /^Amendment \d+/.exec((await keys.focused()).name)?.[0] ?? ''
  await keys.isOn('heading', /^Amendment \d+ Heard first/)

  const [nadia, fingers] = await enters('Nadia Bel')
  await nadia.goesTo(`${REVIEW}/matrix`)
  await nadia.sees(/^\d+ rows/)
  await fingers.activates('link', 'Skip to the content')
  await fingers.fills(/^Search in remarks/, 'whose it is', 'searchbox')
  await fingers.hears(/^One row/)
  await fingers.reaches('row', new RegExp(REMARK))
  await fingers.presses('a')
  await fingers.isOn('textbox', /^Words for its authors/)
  await fingers.types('The rule is named now.')
  await fingers.presses('Control+Enter')
  await fingers.hears(/^Answer given/)
  await fingers.isOn('row', new RegExp(REMARK))
})

test('Inés seals the next draft: the accepted words are in it and in its file', async () => {
  const [ines, keys] = await enters('Inés Duarte')
  await ines.goesTo(PAPER)
  await ines.seesHeading('Chapters')
  await keys.activates('link', 'Skip to the content')
  await keys.activates('button', 'Seal a draft')
  await keys.isOn('combobox', 'Planned draft')
  await keys.types('Another')
  await keys.fills('Name', 'After the second reading')
  await keys.activates('button', 'Seal for good')
  await keys.isOn('heading', 'After the second reading')
  await ines.sees(new RegExp(ADDED.trim()))
  const coming = ines.page.waitForEvent('download')
  await keys.activates('button', 'Download “After the second reading” in English, Markdown')
  expect(await readFile(await (await coming).path(), 'utf8')).toContain(ADDED)
  await keys.hears(/^Ready: /)
})

test('Adaeze and Baraka find what became of both, and the way to the words', async () => {
  const [adaeze, keys] = await enters('Adaeze Obi')
  await adaeze.goesTo(`${REVIEW}/answers`)
  await adaeze.seesHeading('Answers to UCLG Africa')
  await keys.activates('link', 'Skip to the content')
  await keys.activates('link', /^See the resulting words/, { about: new RegExp(amendment) })
  await keys.isOn('heading', /^1 Why cities speak/)
  await adaeze.reads(ADDED.trim())

  const baraka = await stage.enter('Baraka Mwangi', { stranger: true })
  await baraka.context.addCookies(cookies)
  await baraka.goesTo(`${REVIEW}/answers`)
  await baraka.sees('The rule is named now.')
})
