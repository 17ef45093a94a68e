import { expect, test } from 'vitest'
import { eventually } from '../harness/eventually'
import { PAPER, type Person } from '../harness/person'
import { theStage } from '../harness/stage'

const stage = theStage()

const times = (words: string, paragraphs: string[]) => paragraphs.join('\n').split(words).length - 1

/** Runs inside the page: addresses of the answers this device keeps, once requests go through the worker. */
async function keptAnswers(): Promise<string[]> {
  if (!navigator.serviceWorker.controller) return []
  const names = (await caches.keys()).filter((name) => name.startsWith('borrador-answers/'))
  const kept = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()))
  return kept.flat().map(({ url }) => new URL(url).pathname)
}

/** Runs inside the page: whose answers this device keeps. */
async function keptPeople(): Promise<string[]> {
  const names = (await caches.keys()).filter((name) => name.startsWith('borrador-answers/'))
  const told = await Promise.all(names.map(async (name) => (await (await caches.open(name)).match('/api/v1/me'))?.json()))
  return told.map((me: { person: { name: string } }) => me.person.name)
}

/** Waits until the pages of this person would stand without a network. */
async function isPrepared(person: Person): Promise<void> {
  const needed = ['/api/v1/me', '/api/v1/people', '/api/v1/components', `/api/v1${PAPER}`, `/api/v1${PAPER}/threads`]
  await eventually(`${person.name}'s device is prepared`, () => person.page.evaluate(keptAnswers), (kept) => needed.every((each) => kept.includes(each)))
}

test('Adaeze reloads without a network, goes on writing, and everything is on the server once when it returns', async () => {
  const adaeze = await stage.enter('Adaeze Obi')
  await adaeze.opens('1')
  await adaeze.isSaved()
  await isPrepared(adaeze)

  await adaeze.losesConnection()
  await adaeze.puts('after', 'Una decisión ajena, una tarea propia')
  await adaeze.types(' y urgente')
  await adaeze.sees(/^Offline: \d+ changes? kept on this device/)

  await adaeze.reloads()
  await adaeze.reads('Una decisión ajena, una tarea propia y urgente')
  await adaeze.sees(/^Offline/)
  await adaeze.sees(/^The server does not answer\. This page is shown as it was last seen/)
  await adaeze.page.getByRole('navigation', { name: 'Contents of the paper' }).getByRole('link').first().waitFor()
  await adaeze.puts('after', 'tarea propia y urgente')
  await adaeze.types(', escrita en el tren')
  await adaeze.reloads()
  await adaeze.reads('tarea propia y urgente, escrita en el tren')

  await adaeze.findsConnection()
  await adaeze.isSaved()
  await adaeze.page.getByText(/^The server does not answer/).waitFor({ state: 'hidden' })
  const marta = await stage.enter('Marta Roca')
  await marta.opens('1')
  await marta.reads('Una decisión ajena, una tarea propia y urgente, escrita en el tren')
  expect(times('escrita en el tren', await marta.paragraphs())).toBe(1)
  expect(await marta.paragraphs()).toEqual(await adaeze.paragraphs())
})

test('Marta signs in on the browser that Adaeze used: nothing of Adaeze’s shows, with a network or without', async () => {
  // Her browser, and later Marta's.
  const adaeze = await stage.enter('Adaeze Obi')
  adaeze.troubles.expectNoNetwork()
  await adaeze.opens('3')
  await isPrepared(adaeze)
  await adaeze.clicks(/^Menu of Adaeze Obi/)
  await adaeze.clicks('Sign out')
  await adaeze.seesHeading('Sign in to Borrador')
  await eventually('nothing is kept', () => adaeze.page.evaluate(keptAnswers), (kept) => kept.length === 0)
  await adaeze.context.setOffline(true)
  await adaeze.goesTo(`${PAPER}/es/3`)
  await adaeze.seesHeading('The server does not answer')
  await adaeze.context.setOffline(false)

  await adaeze.goesTo(stage.service().linkOf('Marta Roca'))
  await adaeze.clicks(/^Enter as Marta Roca/)
  await adaeze.opens('1')
  await adaeze.puts('after', 'Las palabras que usamos')
  await adaeze.types(' juntas')
  await adaeze.isSaved()
  await isPrepared(adaeze)
  await adaeze.context.setOffline(true)
  await adaeze.reloads()
  await adaeze.reads('Las palabras que usamos juntas')
  await adaeze.button(/^Menu of Marta Roca/).waitFor()
  expect(await adaeze.page.evaluate(keptPeople)).toEqual(['Marta Roca'])
})

test('the server is stopped while Adaeze reads: her start page, her paper and her chapter open all the same', async () => {
  const adaeze = await stage.enter('Adaeze Obi')
  adaeze.troubles.expectNoNetwork()
  await adaeze.opens('2')
  await adaeze.puts('after', 'Siete principios')
  await adaeze.types(' claros')
  await adaeze.isSaved()
  await isPrepared(adaeze)
  // The start page itself, once through the worker.
  await adaeze.goesTo('/')
  await adaeze.page.getByRole('link', { name: /^Cities/ }).first().waitFor()

  await stage.service().crash()
  await adaeze.reloads()
  await adaeze.sees(/^The server does not answer/)
  await adaeze.page.getByRole('link', { name: /^Cities/ }).first().waitFor()
  await adaeze.opens('2')
  await adaeze.puts('after', 'Siete principios claros')
  await adaeze.types(' sin servidor')
  await adaeze.sees(/^Offline: \d+ changes? kept/)

  await stage.service().begin()
  await adaeze.isSaved()
})
