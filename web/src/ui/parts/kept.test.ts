import { beforeEach, expect, test } from 'vitest'
import { isText, kept } from './kept'
import { Drawer } from './testing/drawer'

beforeEach(() => void (globalThis.localStorage = new Drawer()))

test('what Nadia typed is there after a reload, until she sends it or gives it up', () => {
  kept('nadia', 'say/1', isText).set('In Tunis we begin at the port.')
  expect(kept('nadia', 'say/1', isText).get()).toBe('In Tunis we begin at the port.')
  kept('nadia', 'say/1', isText).set(null)
  expect(kept('nadia', 'say/1', isText).get()).toBeNull()
})

test('Samir, who signs in to the same window, sees none of it, and neither does another form', () => {
  kept('nadia', 'say/1', isText).set('mine')
  expect(kept('samir', 'say/1', isText).get()).toBeNull()
  expect(kept('nadia', 'say/2', isText).get()).toBeNull()
})

test('what an older page kept is as if nothing had been kept', () => {
  kept<unknown>('nadia', 'say/1', (_): _ is unknown => true).set({ of: 'an older page' })
  expect(kept('nadia', 'say/1', isText).get()).toBeNull()
})

test('a browser that refuses to keep anything keeps it as long as the page is not loaded anew', () => {
  globalThis.localStorage = new Drawer({ forbidden: true })
  kept('nadia', 'say/1', isText).set('words')
  expect(kept('nadia', 'say/1', isText).get()).toBe('words')
  kept('nadia', 'say/1', isText).set(null)
  expect(kept('nadia', 'say/1', isText).get()).toBeNull()
})
