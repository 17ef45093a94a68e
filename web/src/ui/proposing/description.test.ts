import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiError, type Amendment, type Me } from '../../api'
import { Drawer } from '../parts/testing/drawer'
import { api, session } from '../shell/session.svelte'
import { Description } from './description.svelte'

/** The draft as the server has it, which refuses what was written upon an older version. */
const server = { version: 1, title: '', reason: '' }
const draft = () => ({ id: 'a1', version: server.version, draft: { title: server.title, reason: server.reason } }) as Amendment
const sent: { title: string; reason: string }[] = []

afterEach(() => void vi.useRealTimers())
beforeEach(() => {
  vi.useFakeTimers()
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

test('what no server answered goes out again, later and later, though nothing more is typed', async () => {
  const samir = opens()
  const reaches = api.describe
  let asked = 0
  api.describe = () => {
    asked += 1
    return Promise.reject(new ApiError(0, 'network_unreachable', '', null))
  }
  samir.reason.text = 'Because of the ports.'
  await samir.save()
  await vi.advanceTimersByTimeAsync(7_000)
  expect([asked, server.reason]).toEqual([4, '']) // at once, and after 1, 2 and 4 seconds
  api.describe = reaches
  await vi.runAllTimersAsync()
  expect([server.reason, samir.problem, samir.reason.waits]).toEqual(['Because of the ports.', null, false])
})

test('neither a refusal nor a page that is left is tried again', async () => {
  for (const [status, leaves] of [[403, false], [0, true]] as const) {
    const samir = opens()
    let asked = 0
    api.describe = () => {
      asked += 1
      return Promise.reject(new ApiError(status, status === 0 ? 'network_unreachable' : 'forbidden', '', null))
    }
    samir.reason.text = 'Because of the ports.'
    if (leaves) samir.close()
    await samir.save()
    const before = asked
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked).toBe(before)
  }
})
