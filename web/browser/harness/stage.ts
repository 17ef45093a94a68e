/**
 * Where a file of tests plays: one service and one browser for all of its tests, and people who come when a test calls them.
 *
 *     const stage = theStage()
 *     test('Adaeze sees what Marta writes', async () => {
 *       const adaeze = await stage.enter('Adaeze Obi')
 *
 * After each test everybody leaves, and the test fails if any of their browsers complained.
 */
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { launchChromium } from './chromium'
import { Person, type Circumstances } from './person'
import { Service } from './service'

export interface Stage {
  /** Somebody of the demonstration, signed in unless the circumstances say otherwise. */
  enter(name: string, circumstances?: Circumstances): Promise<Person>
  service(): Service
  /** For somebody who is nobody of the demonstration. */
  browser(): Browser
}

export function theStage(): Stage {
  let service: Service | undefined
  let browser: Browser | undefined
  let people: Person[] = []
  const ready = <T>(part: T | undefined): T => {
    if (part === undefined) throw new Error('people enter within a test')
    return part
  }

  beforeAll(async () => {
    ;[service, browser] = await Promise.all([Service.start(), launchChromium()])
  })
  afterEach(async () => {
    const complaints = people.flatMap((person) => person.troubles.take())
    await Promise.all(people.map((person) => person.leaves()))
    people = []
    service?.line.mendAll()
    expect(complaints).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
    await service?.stop()
  })

  return {
    async enter(name, circumstances) {
      const person = await Person.arrives(ready(browser), ready(service), name, circumstances)
      people.push(person)
      return person
    },
    service: () => ready(service),
    browser: () => ready(browser),
  }
}
