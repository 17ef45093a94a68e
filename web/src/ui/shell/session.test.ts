import { beforeEach, expect, test, vi } from 'vitest'
import { Drawer } from '../parts/testing/drawer'
import { api, session } from './session.svelte'

let seats = ['africa', 'committee']
/** Addresses whose answer the device had kept, and all that were asked. */
const kept = new Set<string>()
const asked: string[] = []

/** The server, which says that Nadia is here. */
function answer(url: string): unknown {
  if (url.includes('/people')) return { people: [] }
  if (url.includes('/components')) return { components: [] }
  const component = { id: 'c', code: 'AFR', name: {}, kind: 'section', hue: 1 }
  return {
    person: { id: 'nadia', name: 'Nadia', email: 'nadia@example.org', initials: 'N' },
    seats: seats.map((id) => ({ id, component, function: 'focal_point', hue: 1, grants: [] })),
    service: { version: '1', demo: false, now: '2016-09-21T10:42:00Z', languages: ['es'] },
  }
}

beforeEach(async () => {
  globalThis.localStorage = new Drawer()
  kept.clear()
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url)
    return new Response(JSON.stringify(answer(url)), kept.has(url) ? { headers: { 'Borrador-Kept-At': '1474454520000' } } : {})
  })
  seats = ['africa', 'committee']
  session.me = null
  await session.ask()
})

test('Nadia keeps her hat when the line returns, whatever she puts on in another window', async () => {
  session.wear('africa')
  localStorage.setItem('borrador/seat/nadia', 'committee')
  await session.ask()
  expect(session.seat?.id).toBe('africa')
})

test('a browser that remembers nothing takes no hat off either', async () => {
  globalThis.localStorage = new Drawer({ forbidden: true })
  session.wear('committee')
  await session.ask()
  expect(session.seat?.id).toBe('committee')
})

test('a seat that is no more is taken off, and one that comes back is not put on by itself', async () => {
  session.wear('committee')
  seats = ['africa']
  await session.ask()
  expect(session.seat?.id).toBe('africa')
  seats = ['africa', 'committee']
  await session.ask()
  expect(session.seat?.id).toBe('africa')
})

test('who comes in finds the hat they wore last', async () => {
  session.wear('committee')
  session.me = null
  await session.ask()
  expect(session.seat?.id).toBe('committee')
})

test('one answer that is slow is no line that is cut: the page is made anew once, when that too comes from the server again', async () => {
  const before = session.returns
  kept.add('/api/v1/papers')
  await api.again('/api/v1/papers')
  expect(session.lastSeen).not.toBeNull()
  for (let i = 0; i < 5; i += 1) await api.again('/api/v1/tasks')
  await vi.waitFor(() => expect(asked.at(-1)).toBe('/api/v1/papers'))
  expect(session.returns).toBe(before)
  kept.clear()
  await api.again('/api/v1/tasks')
  await vi.waitFor(() => expect(session.returns).toBe(before + 1))
  expect(session.lastSeen).toBeNull()
})
