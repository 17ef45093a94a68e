import { describe, expect, test } from 'vitest'
import type { Milestone, Position } from '../../api'
import { changing, empty, fits, holdsWords, request } from './form'

const bogota = { id: 'bogota' } as Milestone

describe('the form of a position', () => {
  test('asks for what it cannot know, and sends the text that would lift it only where there is something to lift', () => {
    const form = { ...empty('bogota'), words: 'Why.', wayOut: 'These words.' }
    expect(request(form, undefined)).toBeNull()
    expect(request({ ...form, stance: 'supports' }, undefined)).toEqual({ milestone: 'bogota', subject: { on: 'paper' }, stance: 'supports', words: 'Why.', way_out: '' })
    expect(request({ ...form, stance: 'objects' }, undefined)?.way_out).toBe('These words.')
    const paragraph = { ...form, stance: 'objects', on: 'paragraph', chapter: 'four', paragraph: '00ff' } as const
    expect(request(paragraph, undefined)).toBeNull()
    expect(request(paragraph, 'text')?.subject).toEqual({ on: 'paragraph', text: 'text', paragraph: '00ff' })
  })

  test('what was typed comes back after a reload, unless its draft is gone or it cannot be read', () => {
    const form = { ...empty('bogota'), words: 'Faltan los municipios pequeños.' }
    expect(fits([bogota])(form)).toBe(true)
    expect(fits([])(form)).toBe(false)
    for (const broken of [null, '', 7, { milestone: 'bogota', words: 5 }, { ...form, words: 5 }]) expect(fits([bogota])(broken), JSON.stringify(broken)).toBe(false)
  })

  test('changing a position begins with what it says now; only what differs from that is worth keeping', () => {
    const said = { subject: { on: 'chapter', chapter: 'four' }, stance: 'objects', words: 'Why.', way_out: 'These words.' } as Position
    const begun = changing(said, 'bogota')
    expect(begun).toEqual({ ...empty('bogota'), on: 'chapter', chapter: 'four', stance: 'objects', words: 'Why.', wayOut: 'These words.' })
    expect([holdsWords(begun, begun), holdsWords({ ...begun, words: 'Why not.' }, begun), holdsWords({ ...begun, words: '' }, begun)]).toEqual([false, true, true])
  })
})
