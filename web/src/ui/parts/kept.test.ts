import { beforeEach, expect, test } from 'vitest'
import { isText, keptForm } from './kept'

beforeEach(() => {
  const kept = new Map<string, string>()
  globalThis.sessionStorage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, words: string) => void kept.set(key, words),
    removeItem: (key: string) => void kept.delete(key),
  } as Storage
})

test('what Nadia typed is there after a reload, until she sends it or gives it up', () => {
  keptForm('nadia', 'say/1', isText).set('In Tunis we begin at the port.')
  expect(keptForm('nadia', 'say/1', isText).get()).toBe('In Tunis we begin at the port.')
  keptForm('nadia', 'say/1', isText).clear()
  expect(keptForm('nadia', 'say/1', isText).get()).toBeNull()
})

test('Samir, who signs in to the same window, sees none of it, and neither does another form', () => {
  keptForm('nadia', 'say/1', isText).set('mine')
  expect(keptForm('samir', 'say/1', isText).get()).toBeNull()
  expect(keptForm('nadia', 'say/2', isText).get()).toBeNull()
})

test('what does not look right, and a browser that keeps nothing, leave an empty form', () => {
  keptForm<unknown>('nadia', 'say/1', (_): _ is unknown => true).set({ of: 'an older page' })
  expect(keptForm('nadia', 'say/1', isText).get()).toBeNull()
  globalThis.sessionStorage = { getItem: () => { throw new Error('forbidden') }, setItem: () => { throw new Error('full') } } as unknown as Storage
  const kept = keptForm('nadia', 'say/1', isText)
  kept.set('words')
  expect(kept.get()).toBeNull()
})
