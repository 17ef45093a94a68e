import { beforeEach, expect, test } from 'vitest'
import { ApiError, type Amendment, type Me } from '../../api'
import { Drawer } from '../parts/testing/drawer'
import { api, session } from '../shell/session.svelte'
import { Description } from './description.svelte'

/** The draft as the server has it, which refuses what was written upon an older version. */
const server = { version: 1, title: '', reason: '' }
const draft = () => ({ id: 'a1', version: server.version, draft: { title: server.title, reason: server.reason } }) as Amendment
const sent: { title: string; reason: string }[] = []

beforeEach(() => {
  globalThis.localStorage = new Drawer()
  session.me = { person: { id: 'samir' }, seats: [{ id: 'mewa' }], ended_seats: [], service: {} } as unknown as Me
  Object.assign(server, { version: 1, title: '', reason: '' })
  sent.length = 0
  api.amendment = async () => draft()
  api.describe = async ({ version }, words) => {
    if (version !== server.version) throw new ApiError(412, 'stale_version', '', null)
    sent.push(words)
    Object.assign(server, words, { version: version + 1 })
    return draft()
  }
})

/** Samir opens the draft. */
function opens(): Description {
  const description: Description = new Description(draft(), (now) => description.heard(now))
  return description
}
const adaezeWrites = (words: Partial<typeof server>) => Object.assign(server, words, { version: server.version + 1 })

test('the reason that Samir typed without a line does not go over the one that Adaeze wrote meanwhile', async () => {
  const onTheTrain = opens()
  api.describe = () => Promise.reject(new ApiError(0, 'network_unreachable', '', null))
  onTheTrain.reason.text = 'Because of the po'
  await onTheTrain.save()
  expect(onTheTrain.problem).toMatchObject({ code: 'network_unreachable' })

  adaezeWrites({ reason: 'A long and good reason.' })
  const nextMorning = opens()
  await nextMorning.save()
  expect([nextMorning.contested, sent, server.reason]).toEqual([true, [], 'A long and good reason.'])
})

test('whoever wrote in the other field is no reason to ask: both come together', async () => {
  const samir = opens()
  samir.reason.text = 'Because of the ports.'
  adaezeWrites({ title: 'Ports' })
  await samir.save()
  expect([samir.problem, samir.contested, samir.title.text]).toEqual([null, false, 'Ports'])
  expect([server.title, server.reason]).toEqual(['Ports', 'Because of the ports.'])
})

test('both in the same field at once: the second is asked, and sends what is not contested', async () => {
  const samir = opens()
  samir.title.text = 'The ports'
  samir.reason.text = 'Mine.'
  adaezeWrites({ reason: 'Hers.' })
  await samir.save()
  expect([samir.reason.theirs, server.title, server.reason]).toEqual(['Hers.', 'The ports', 'Hers.'])
  samir.reason.keepMine()
  await samir.save()
  expect([samir.contested, server.reason]).toEqual([false, 'Mine.'])
})

test('an answer that comes late does not bring older words back', () => {
  const samir = opens()
  const old = draft()
  adaezeWrites({ reason: 'Newer.' })
  samir.heard(draft())
  samir.heard(old)
  expect(samir.reason.text).toBe('Newer.')
})
