import { describe, expect, test } from 'vitest'
import { handling, type Handling } from './routes'
import { HOME } from './testing/device'

const shell = (path: string) => path === '/assets/index-A.js'

function of(path: string, { method = 'GET', mode = 'cors' as RequestMode, origin = HOME } = {}): Handling {
  return handling({ method, mode, url: origin + path }, HOME, shell)
}

describe('the worker', () => {
  test.each(['/', '/sign-in', '/papers/ciudades', '/papers/ciudades/es/4.1', '/papers/ciudades/milestones/m1'])('opens the page %s', (path) => {
    expect(of(path, { mode: 'navigate' })).toBe('page')
  })

  test.each([
    '/api/v1/me', '/api/v1/people', '/api/v1/components', '/api/v1/papers', '/api/v1/papers/ciudades', '/api/v1/papers/ciudades/threads',
    '/api/v1/papers/ciudades/amendments', '/api/v1/amendments/a1', '/api/v1/papers/ciudades/threads?cursor=ab01',
  ])('keeps the answer of %s', (path) => {
    expect(of(path)).toBe('answer')
  })

  test.each([
    '/sync?seat=s', '/health', '/sw.js', '/api/v1/openapi.json', '/api/v1/texts/t', '/api/v1/texts/t/attribution', '/api/v1/papers/ciudades/events',
    '/api/v1/papers/ciudades/export?language=es&format=pdf', '/api/v1/papers/ciudades/threads?text=t', '/api/v1/papers/ciudades/threads?text=t&cursor=ab01', '/api/v1/amendments/a1/revisions/1', '/api/v1/papers/ciudades/milestones',
    '/api/v1/milestones/m1', '/assets/index-OLD.js',
  ])('lets %s pass', (path) => {
    expect(of(path)).toBe('past')
  })

  test('lets pass whatever changes something, comes from elsewhere, or is a download', () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'HEAD']) expect(of('/api/v1/papers', { method })).toBe('past')
    expect(of('/api/v1/me', { origin: 'https://elsewhere.example' })).toBe('past')
    expect(of('/api/v1/papers/ciudades/export?language=es&format=pdf', { mode: 'navigate' })).toBe('past')
    expect(of('/api/v1/me', { mode: 'navigate' })).toBe('past')
  })

  test('leaves what everybody may read to the server', () => {
    const draft = '/p/ciudades/3f0e9b1c-22aa-4d1e-9c77-0d9f6a1b2c3d'
    for (const path of ['/p/ciudades', '/p/ciudades/feed.atom', draft, `${draft}?lang=es`, `${draft}/es.pdf`, `${draft}/pictures/0a0b`])
      expect(of(path, { mode: 'navigate' })).toBe('past')
    expect(of('/p/ciudades/matrix', { mode: 'navigate' })).toBe('page')
  })

  test('takes the files of its own shell from the device', () => {
    expect(of('/assets/index-A.js')).toBe('file')
  })
})
