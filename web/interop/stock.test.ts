/** SYN4: unmodified automerge-repo clients write together through our server. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { Service } from '../browser/harness/service'
import { Stock, meet } from './stock'

let service: Service
let people: Stock[] = []

async function enters(name: string): Promise<Stock> {
  const person = await Stock.enters(service, name)
  people.push(person)
  return person
}

beforeAll(async () => {
  service = await Service.start()
})
afterEach(async () => {
  service.line.mendAll()
  await Promise.all(people.map((person) => person.leaves()))
  people = []
})
afterAll(() => service.stop())

test('two people write at once and read the same', async () => {
  const [inés, adaeze] = [await enters('Inés Duarte'), await enters('Adaeze Obi')]
  for (let i = 0; i < 50; i += 1) {
    inés.types(`i${i} `)
    adaeze.types(`a${i} `)
  }
  await Promise.all([inés.sees('a49'), adaeze.sees('i49')])
  await meet(inés, adaeze)
  expect(inés.words()).toBe(adaeze.words())
  await Promise.all([inés.isSaved(), adaeze.isSaved()])
})

test('a late joiner gets all of it and can write', async () => {
  const inés = await enters('Inés Duarte')
  inés.types('before you came, ')
  await inés.isSaved()
  const marta = await enters('Marta Roca')
  await meet(inés, marta)
  marta.types('thank you')
  await inés.sees('before you came, thank you')
  await meet(inés, marta)
})

test('who was cut off and kept writing merges when the line is mended, and nothing is doubled', async () => {
  const [inés, adaeze] = [await enters('Inés Duarte'), await enters('Adaeze Obi')]
  service.line.cut(adaeze.seat)
  for (let i = 0; i < 200; i += 1) adaeze.types(`offline${i}. `)
  inés.types('meanwhile. ')
  await inés.isSaved()
  expect(inés.words()).not.toContain('offline0')
  service.line.mend(adaeze.seat)
  await Promise.all([inés.sees('offline199'), adaeze.sees('meanwhile')])
  await meet(inés, adaeze)
  for (const word of ['offline0. ', 'offline199. ', 'meanwhile. ']) expect(inés.words().split(word)).toHaveLength(2)
  await adaeze.isSaved()
})

test('a server that is killed and started again has everything that was saved, and takes the rest', async () => {
  const [inés, adaeze] = [await enters('Inés Duarte'), await enters('Adaeze Obi')]
  inés.types('saved before the crash. ')
  await inés.isSaved()
  await service.crash()
  inés.types('written while it was down. ')
  await service.begin()
  await adaeze.sees('saved before the crash. written while it was down.')
  await meet(inés, adaeze)
  await inés.isSaved()
})

test('a reader who writes is refused, reads on, and nobody else sees it', async () => {
  const [inés, samir] = [await enters('Inés Duarte'), await enters('Samir Haddad')]
  samir.types('nobody reads this')
  inés.types('everybody reads this')
  await samir.sees('everybody reads this')
  const marta = await enters('Marta Roca')
  await meet(inés, marta)
  expect(marta.words()).toContain('everybody reads this')
  expect(marta.words()).not.toContain('nobody reads this')
})
