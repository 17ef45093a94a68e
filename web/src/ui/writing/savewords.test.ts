import { describe, expect, test } from 'vitest'
import type { SaveState } from '../../sync'
import { noticeOf, shown, spoken } from './savewords'

const state = (kind: SaveState['kind'], savedAt: number | null = null): SaveState => ({ kind, unsavedChanges: 0, savedAt, code: null })

describe('what is shown', () => {
  test('"Saved" tells its time once there is one', () => {
    expect(shown(state('saved', 5), true).message).toBe('save-saved-at')
    expect(shown(state('saved'), true).message).toBe('save-saved')
  })

  test('an observer has nothing to save: the text is current', () => {
    expect(shown(state('saved', 5), false).message).toBe('save-current')
  })

  test('trouble never looks like success: another shape, another tone', () => {
    expect(shown(state('saved', 5), true)).toMatchObject({ shape: 'full', tone: 'good' })
    for (const kind of ['offline', 'refused', 'unavailable'] as const) expect(shown(state(kind), true)).not.toMatchObject({ shape: 'full', tone: 'good' })
  })
})

describe('what is spoken', () => {
  /** What Marta hears while these states follow one another. */
  function heard(...kinds: SaveState['kind'][]) {
    let before: SaveState['kind'] | null = null
    let worried = false
    return kinds.flatMap((kind) => {
      const message = spoken(before, kind, worried)
      before = kind
      if (message) worried = message !== 'save-saved'
      return message ? [message] : []
    })
  }

  test('ordinary writing is silent', () => {
    expect(heard('opening', 'saved', 'saving', 'saved', 'saving', 'saved')).toEqual([])
  })

  test('the lost line is spoken once, and so is its return', () => {
    expect(heard('opening', 'saved', 'offline', 'offline', 'saving', 'saved', 'saving', 'saved')).toEqual(['save-offline', 'save-saved'])
  })

  test('a refusal is spoken', () => {
    expect(heard('saved', 'saving', 'refused')).toEqual(['save-refused'])
  })

  test('opening without a line is not yet news', () => {
    expect(heard('opening', 'offline')).toEqual([])
  })
})

describe('what deserves a sentence over the page', () => {
  test('a cut line says so in its own words, and a session that ended says that instead', () => {
    expect(noticeOf(state('offline'))).toBe('offline')
    expect(noticeOf({ ...state('offline'), code: 'no_answer' })).toBe('offline')
    expect(noticeOf({ ...state('offline'), code: 'sign_in_required' })).toEqual({ code: 'sign_in_required' })
  })

  test('a server that cannot store says so while it is being tried again; ordinary saving says nothing', () => {
    expect(noticeOf({ ...state('saving'), code: 'storage_failed' })).toEqual({ code: 'storage_failed' })
    expect(noticeOf(state('saving'))).toBeNull()
    expect(noticeOf(state('saved'))).toBeNull()
    expect(noticeOf({ ...state('refused'), code: 'not_allowed' })).toBeNull()
  })
})
