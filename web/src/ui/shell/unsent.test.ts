import { beforeEach, describe, expect, test } from 'vitest'
import type { Me } from '../../api'
import { Drawer } from '../parts/testing/drawer'
import { session } from './session.svelte'
import { Unsent } from './unsent.svelte'

/** Somebody sits at this device, with one hat. */
function sits(person: string, hat = 'focal'): void {
  session.me = { person: { id: person }, seats: [{ id: `${person}-${hat}` }], ended_seats: [], service: {} } as unknown as Me
}

beforeEach(() => {
  globalThis.localStorage = new Drawer()
  sits('samir')
})

/** The reason of a draft, when the server says it is this. */
const reason = (server: string) => new Unsent('amendment/a1/reason', server)

describe('what Samir typed', () => {
  test('is there when the page is made anew, until it has been sent', () => {
    reason('').text = 'Ports first.'
    const again = reason('')
    expect([again.text, again.waits, again.theirs]).toEqual(['Ports first.', true, null])
    again.heard(again.sending())
    expect([reason('Ports first.').waits, reason('Ports first.').text]).toEqual([false, 'Ports first.'])
    expect(localStorage.length).toBe(0)
  })

  test('is shown to nobody else in the same window, nor under another of his hats', () => {
    reason('').text = 'Ports first.'
    sits('adaeze')
    expect(reason('').text).toBe('')
    sits('samir', 'committee')
    expect(reason('').text).toBe('')
    sits('samir')
    expect(reason('').text).toBe('Ports first.')
  })

  test('yesterday does not overwrite what Adaeze wrote since: both are there until he has chosen', () => {
    reason('Because.').text = 'Because of the po'
    const today = reason('Adaeze’s long and good reason.')
    expect([today.text, today.theirs]).toEqual(['Because of the po', 'Adaeze’s long and good reason.'])
    today.text = 'Because of the ports.'
    // A reload does not choose for him.
    const later = reason('Adaeze’s long and good reason.')
    expect(later.theirs).toBe('Adaeze’s long and good reason.')

    later.takeTheirs()
    expect([later.text, later.waits, later.theirs]).toEqual(['Adaeze’s long and good reason.', false, null])
    expect(localStorage.length).toBe(0)
  })

  test('follows Adaeze’s words when he says so, also after a reload', () => {
    reason('Because.').text = 'Mine.'
    reason('Hers.').keepMine()
    const after = reason('Hers.')
    expect([after.text, after.waits, after.theirs]).toEqual(['Mine.', true, null])
    expect(reason('Hers, and more.').theirs).toBe('Hers, and more.')
  })

  test('is not taken for somebody else’s when it comes back while he goes on typing', () => {
    const field = reason('')
    field.text = 'Ports'
    const sent = field.sending()
    field.text = 'Ports first'
    field.heard(sent)
    expect([field.text, field.waits, field.theirs]).toEqual(['Ports first', true, null])
    field.heard('Adaeze was quicker.')
    expect(field.theirs).toBe('Adaeze was quicker.')
    field.heard(sent)
    expect(field.theirs).toBeNull()
  })
})

test('a field in which nothing was typed shows what others write', () => {
  const field = reason('Because.')
  field.heard('Because of the ports.')
  expect([field.text, field.waits]).toEqual(['Because of the ports.', false])
})
