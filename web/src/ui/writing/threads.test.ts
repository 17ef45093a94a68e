import { describe, expect, test } from 'vitest'
import type { Thread } from '../../api'
import type { ThreadPlace } from '../../paper'
import { arranged, merged } from './threads'

const thread = (id: string, more: Partial<Thread> = {}): Thread =>
  ({ id, state: 'open', version: 1, created_at: `2016-09-2${id.length}T00:00:00Z`, ...more }) as Thread
const at = (top: number): ThreadPlace => ({ top, detached: false, paragraph: 'p' })
const gone: ThreadPlace = { top: 0, detached: true, paragraph: null }

describe('a thread that comes in', () => {
  test('is added when it is new and takes its place when it is known', () => {
    const list = merged(merged([], thread('a')), thread('b'))
    expect(merged(list, thread('a', { version: 2 })).map((each) => `${each.id}${each.version}`)).toEqual(['a2', 'b1'])
  })

  test('does not undo a newer one: an event may be overtaken by the answer it announces', () => {
    const list = [thread('a', { version: 3, state: 'resolved' })]
    expect(merged(list, thread('a', { version: 2 }))).toBe(list)
  })
})

describe('the margin', () => {
  const places = new Map([['a', at(300)], ['b', at(20)], ['c', gone], ['d', at(20)]])
  const list = [thread('a'), thread('b', { created_at: '2016-09-22' }), thread('c'), thread('d', { created_at: '2016-09-21' })]

  test('follows the text; on the same line the older comment comes first', () => {
    expect(arranged(list, 'open', places).placed.map((each) => each.thread.id)).toEqual(['d', 'b', 'a'])
  })

  test('keeps apart the comments whose words are gone', () => {
    expect(arranged(list, 'open', places).detached.map((each) => each.id)).toEqual(['c'])
  })

  test('shows one state at a time', () => {
    expect(arranged([...list, thread('e', { state: 'resolved' })], 'resolved', new Map([['e', at(1)]])).placed).toHaveLength(1)
  })
})
