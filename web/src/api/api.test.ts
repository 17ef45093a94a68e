import { describe, expect, test } from 'vitest'
import { ApiError, createApi } from './index'

const thread = {
  id: 't1', text: 'x1', paragraph: '0123456789abcdef', audience: 'all', state: 'open', version: 3, created_at: '2016-09-20T10:00:00Z',
  anchor: { runs: [{ actor: 'ab', counter: 4, length: 8 }], heads: ['ff'], quote: 'vivienda' },
  comments: [{ id: 'c1', seat_id: 's1', person: 'Marta Roca', initials: 'MR', component: 'CSIPDHR', hue: 2, at: '2016-09-20T10:00:00Z', body: '¿Y el alquiler?' }],
  resolved_by: null, resolved_at: null,
}

/** A server that gives these answers in turn; a `null` is a line that breaks. */
function answering(...answers: (Response | null)[]) {
  const asked: { url: string; init: RequestInit }[] = []
  const api = createApi({
    seat: () => 'seat-of-inés',
    newKey: () => `key-${asked.length}`,
    fetch: async (url, init) => {
      asked.push({ url: String(url), init: init! })
      const answer = answers.shift()
      if (answer === null || answer === undefined) throw new TypeError('fetch failed')
      return answer
    },
  })
  const header = (i: number, name: string) => (asked[i]!.init.headers as Record<string, string>)[name]
  return { api, asked, header }
}

const ok = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status })

describe('a request', () => {
  test('acts with the chosen seat and says what it brings', async () => {
    const { api, asked, header } = answering(ok({ ...thread, state: 'resolved' }))
    await api.resolve('t1', 3)
    expect(asked[0]).toMatchObject({ url: '/api/v1/threads/t1/resolve', init: { method: 'POST', body: '{}' } })
    expect([header(0, 'Borrador-Seat'), header(0, 'Content-Type'), header(0, 'If-Match')]).toEqual(['seat-of-inés', 'application/json', '3'])
  })

  test('writes its parts into the address safely', async () => {
    const { api, asked } = answering(ok({ threads: [] }))
    await api.threads('a/../b', 'x&y')
    expect(asked[0]!.url).toBe('/api/v1/papers/a%2F..%2Fb/threads?text=x%26y')
  })

  test('names files for the browser to download', () => {
    const { api } = answering()
    expect(api.exportFile('ciudades', 'es', 'pdf')).toBe('/api/v1/papers/ciudades/export?language=es&format=pdf')
    expect(api.milestoneFile('m1', 'en', 'md')).toBe('/api/v1/milestones/m1/files/en.md')
  })
})

describe('a comment of Marta’s on a bad line', () => {
  const comment = { anchor: thread.anchor, paragraph: thread.paragraph, body: 'x', audience: 'all' as const }

  test('is sent again under the same key when no answer came', async () => {
    const { api, header } = answering(null, ok(thread, 201))
    expect((await api.openThread('x1', comment)).comments[0]!.person).toBe('Marta Roca')
    expect(header(1, 'Idempotency-Key')).toBe(header(0, 'Idempotency-Key'))
  })

  test('ends in words when no answer comes twice', async () => {
    const { api, asked } = answering(null, null)
    await expect(api.openThread('x1', comment)).rejects.toMatchObject({ status: 0, code: 'network_unreachable' })
    expect(asked).toHaveLength(2)
  })

  test('is not sent again when the server refuses it', async () => {
    const { api, asked } = answering(ok({ code: 'anchor_unknown', detail: 'no', request_id: 'r7' }, 422))
    const error = await api.openThread('x1', comment).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ status: 422, code: 'anchor_unknown', detail: 'no', requestId: 'r7' })
    expect(asked).toHaveLength(1)
  })
})

describe('an answer', () => {
  test('that is not what was agreed names the place', async () => {
    const wrong = { threads: [{ ...thread, anchor: { ...thread.anchor, runs: [{ actor: 5 }] } }] }
    const { api } = answering(ok(wrong))
    await expect(api.threads('ciudades')).rejects.toMatchObject({
      code: 'answer_unreadable', detail: expect.stringContaining('threads[0].anchor.runs[0].actor: expected a string, got 5'),
    })
  })

  test('that is a page of a proxy becomes an error all the same', async () => {
    const { api } = answering(new Response('<html>', { status: 502, statusText: 'Bad Gateway' }))
    await expect(api.me()).rejects.toMatchObject({ status: 502, code: 'http_502' })
  })

  test('may hold more than is known today, and `null` where there is nothing', async () => {
    const { api } = answering(ok({ threads: [{ ...thread, mood: 'calm' }] }))
    expect((await api.threads('ciudades'))[0]).not.toHaveProperty('resolved_by')
  })

  test('to signing out holds nothing', async () => {
    const { api } = answering(new Response(null, { status: 204 }))
    expect(await api.signOut()).toBeUndefined()
  })

  test('with a sealed text is a list of blocks, or an object that holds it', async () => {
    const blocks = [{ id: '0123456789abcdef', type: 'heading', level: 1, runs: [{ text: 'Acoger' }] }]
    const { api } = answering(ok(blocks), ok({ blocks }))
    expect(await api.milestoneText('m1', 'x1')).toEqual(blocks)
    expect(await api.milestoneText('m1', 'x1')).toEqual(blocks)
  })
})
