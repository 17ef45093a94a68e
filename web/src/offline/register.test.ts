import { afterEach, describe, expect, test, vi } from 'vitest'
import { forgetAnswers, stayOffline } from './register'
import { HOME } from './testing/device'

afterEach(() => vi.unstubAllGlobals())

/** A browser that has loaded our page; `controller` is the worker that its requests go through. */
function browser({ controller = {} as object | null, waiting = null as object | null } = {}) {
  const register = vi.fn(async (_address: unknown, _how: unknown) => ({ waiting }))
  const active = { postMessage: vi.fn() }
  const arriving: (() => void)[] = []
  const createPolicy = vi.fn((_name: string, rules: { createScriptURL(url: string): string }) => ({
    createScriptURL: (url: string) => ({ trusted: rules.createScriptURL(url) }), rules,
  }))
  let observed = (_entries: { name: string; workerStart: number }[]) => {}
  const observing = new Promise<void>((begun) => {
    vi.stubGlobal('PerformanceObserver', class {
      constructor(hear: (list: { getEntries(): unknown[] }) => void) {
        observed = (entries) => hear({ getEntries: () => entries })
      }
      observe() {
        begun()
      }
    })
  })
  const serviceWorker = {
    controller, register,
    getRegistration: async () => ({ active }),
    addEventListener: (_: string, listener: () => void) => arriving.push(listener),
  }
  const ask = vi.fn(async (_url: string, _how: { headers: Record<string, string> }) => new Response('{}'))
  vi.stubGlobal('navigator', { serviceWorker })
  vi.stubGlobal('document', { readyState: 'complete' })
  vi.stubGlobal('location', new URL(HOME))
  vi.stubGlobal('window', { trustedTypes: { createPolicy } })
  vi.stubGlobal('fetch', ask)
  return {
    register, active, createPolicy, observing, ask, arriving,
    fetched: (path: string, workerStart: number) => observed([{ name: HOME + path, workerStart }]),
  }
}

describe('the page', () => {
  test('registers one address, by a policy that makes no other', async () => {
    const { register, createPolicy, observing } = browser()
    stayOffline({ seat: () => null })
    await observing
    expect(register).toHaveBeenCalledWith({ trusted: '/sw.js' }, { updateViaCache: 'none' })
    expect(createPolicy).toHaveBeenCalledWith('borrador-worker', expect.anything())
    const [, rules] = createPolicy.mock.calls[0]!
    for (const wrong of ['/sw.js?x', '//elsewhere.example/sw.js', 'data:text/javascript,1']) expect(() => rules.createScriptURL(wrong)).toThrow(TypeError)
  })

  test('asks again for what it fetched before there was a worker, once, as the seat it acts with', async () => {
    const { fetched, observing, ask } = browser()
    stayOffline({ seat: () => 'seat-of-adaeze' })
    await observing
    for (let i = 0; i < 2; i++) fetched('/api/v1/papers/ciudades', 0)
    fetched('/api/v1/people', 12) // went through the worker
    fetched('/api/v1/texts/t', 0) // not kept
    expect(ask.mock.calls.map(([url, { headers }]) => [url, headers['Borrador-Seat']])).toEqual([[`${HOME}/api/v1/papers/ciudades`, 'seat-of-adaeze']])
  })

  test('asks for nothing before the worker is there, nor while nobody is signed in', async () => {
    const { arriving, fetched, observing, ask } = browser({ controller: null })
    stayOffline({ seat: () => null })
    await vi.waitUntil(() => arriving.length > 0)
    for (const arrive of arriving) arrive()
    await observing
    fetched('/api/v1/me', 0)
    expect(ask).not.toHaveBeenCalled()
  })

  test('tells a waiting version that one of its pages has loaded', async () => {
    const waiting = { postMessage: vi.fn() }
    const { observing } = browser({ waiting })
    stayOffline({ seat: () => null })
    await observing
    expect(waiting.postMessage).toHaveBeenCalledWith({ say: 'arrived', script: expect.stringContaining('register') })
  })

  test('tells the worker to forget, and is content where there is none', async () => {
    const { active } = browser()
    await forgetAnswers()
    expect(active.postMessage).toHaveBeenCalledWith({ say: 'forget' })
    vi.stubGlobal('navigator', {})
    await forgetAnswers()
    stayOffline({ seat: () => null })
  })
})
