import { describe, expect, test } from 'vitest'
import { ApiError, createApi } from './index'

const ok = (body: unknown) => new Response(JSON.stringify(body))
const thread = (n: number) => ({
  id: `t${n}`, text: 'x1', paragraph: '0123456789abcdef', audience: 'all', state: 'open', version: 1, created_at: '2016-09-20T10:00:00Z',
  anchor: { runs: [], heads: [], quote: 'vivienda' }, comments: [], resolved_by: null, resolved_at: null,
})

/** A server with so many remarks that gives 500 at once, as ours does. */
function remarks(count: number) {
  const asked: string[] = []
  const api = createApi({
    seat: () => 'adaeze',
    fetch: async (url) => {
      asked.push(String(url))
      const from = Number(new URL(String(url), 'https://b.example').searchParams.get('cursor') ?? 0)
      const end = Math.min(from + 500, count)
      return ok({ threads: Array.from({ length: end - from }, (_, i) => thread(from + i)), next: end < count ? String(end) : null })
    },
  })
  return { api, asked }
}

describe('a long list', () => {
  test.each([[0, 1], [500, 1], [501, 2], [1_201, 3]])('of %i remarks comes whole, in %i pages and in order', async (count, pages) => {
    const { api, asked } = remarks(count)
    const read = await api.threads('ciudades')
    expect(read.map(({ id }) => id)).toEqual(Array.from({ length: count }, (_, n) => `t${n}`))
    expect(asked).toHaveLength(pages)
    expect(asked[0]).toBe('/api/v1/papers/ciudades/threads')
  })

  test('of one text keeps asking for that text', async () => {
    const { api, asked } = remarks(501)
    await api.threads('ciudades', 'x1')
    expect(asked[1]).toBe('/api/v1/papers/ciudades/threads?text=x1&cursor=500')
  })

  test('whose place to go on from has gone meanwhile is read from the beginning once more, and not for ever', async () => {
    const gone = () => new Response(JSON.stringify({ code: 'field_invalid', details: { field: 'cursor' } }), { status: 422 })
    const asked: string[] = []
    const answers = [ok({ threads: [thread(0), thread(1)], next: 'one' }), gone(), ok({ threads: [thread(0)], next: null })]
    const api = createApi({ seat: () => null, fetch: async (url) => { asked.push(String(url)); return answers.shift() ?? gone() } })
    expect((await api.threads('ciudades')).map(({ id }) => id)).toEqual(['t0'])
    await expect(api.threads('ciudades')).rejects.toMatchObject({ code: 'field_invalid' })
    expect(asked).toHaveLength(5)
  })

  test('says beside its entries what its first page said, whatever the length', async () => {
    const notice = (n: number) => ({ id: `n${n}`, seat_id: 's', paper: 'p', kind: 'k', about: 'round', about_id: 'r', name: '', words: '', told_at: '2016-09-20T10:00:00Z' })
    const answers = [ok({ notices: [notice(1)], unseen: 2, next: 'n1' }), ok({ notices: [notice(2)], unseen: 2 })]
    const api = createApi({ seat: () => null, fetch: async () => answers.shift()! })
    const { notices, unseen } = await api.notices()
    expect([notices.map(({ id }) => id), unseen]).toEqual([['n1', 'n2'], 2])
  })
})

describe('a line that', () => {
  const breaking = (status: number) =>
    new Response(new ReadableStream({ start: (body) => { body.enqueue(new TextEncoder().encode('{"threads":[')); body.error(new TypeError('connection reset')) } }), { status })

  test.each([200, 409])('breaks in the middle of an answer %i gave none', async (status) => {
    const api = createApi({ seat: () => null, fetch: async () => breaking(status) })
    const error = await api.threads('ciudades').catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ status: 0, code: 'network_unreachable' })
  })

  test('is dead ends the request, so that nobody waits for ever', async () => {
    const dead: typeof fetch = (_, init) => new Promise((_, reject) => init!.signal!.addEventListener('abort', () => reject(init!.signal!.reason)))
    const api = createApi({ seat: () => null, fetch: dead, patienceMs: 1 })
    await expect(api.resolve('t1', 1)).rejects.toMatchObject({ status: 0, code: 'network_unreachable' })
  })
})
