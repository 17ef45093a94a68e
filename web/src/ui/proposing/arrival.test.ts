import { expect, test } from 'vitest'
import type { SaveState } from '../../sync'
import { Arrival } from './arrival'

const save = (kind: SaveState['kind'], unsavedChanges: number, code: string | null = null): SaveState => ({ kind, unsavedChanges, savedAt: null, code })

function writing(): Arrival {
  const arrival = new Arrival()
  arrival.told(save('saving', 1))
  return arrival
}

test('Tomás submits while his last letters are on their way: it goes on when they have arrived', async () => {
  const arrival = writing()
  const acts = Promise.all([arrival.wait(), arrival.wait()]) // and he has marked it ready: neither waits for ever
  arrival.told(save('saved', 0))
  await acts
  await arrival.wait()
})

test('the line breaks: he is told at once, and nothing happens when it returns', async () => {
  const arrival = writing()
  const submitted = arrival.wait()
  arrival.told(save('offline', 1))
  await expect(submitted).rejects.toMatchObject({ status: 0, code: 'network_unreachable' })
  await expect(arrival.wait()).rejects.toMatchObject({ code: 'network_unreachable' })
  arrival.told(save('saving', 1))
  arrival.told(save('saved', 0))
})

test('the server refuses his words: the reason is the server’s', async () => {
  const submitted = writing()
  const waiting = submitted.wait()
  submitted.told(save('refused', 1, 'not_allowed'))
  await expect(waiting).rejects.toMatchObject({ code: 'not_allowed' })
})

test('he cancels: what arrives later wakes nothing', async () => {
  const arrival = writing()
  const cancel = new AbortController()
  const submitted = arrival.wait(cancel.signal)
  cancel.abort()
  await expect(submitted).rejects.toMatchObject({ name: 'AbortError' })
  arrival.told(save('saved', 0))
  await expect(arrival.wait(cancel.signal)).rejects.toMatchObject({ name: 'AbortError' })
})

test('he leaves the page: whatever waited ends', async () => {
  const arrival = writing()
  const submitted = arrival.wait()
  arrival.close()
  await expect(submitted).rejects.toMatchObject({ code: 'network_unreachable' })
})
