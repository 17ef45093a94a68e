import { decode, encode } from 'cborg'
import { expect, test } from 'vitest'
import { FrameError } from './frames'
import { Presence } from './presence'
import { Network } from './testing/network'
import { keptFrame, VERSIONS } from './testing/frames'

const caret = (connection: string, at: string | null, more: object = {}) =>
  encode({ v: 1, caret: at, anchor: null, seat: 'seat-of-samir', connection, ...more })

test('people see each other’s carets at once, in whichever order they came', async () => {
  const network = new Network()
  const ines = await network.window('inés')
  ines.session.setCaret('1@aa', '2@aa')
  await network.pass(1_000)
  const samir = await network.window('samir')
  samir.session.setCaret('3@bb', null)
  await network.pass(1_000)
  expect(samir.people).toMatchObject([{ seat: ines.seat, caret: '1@aa', anchor: '2@aa' }])
  expect(ines.people).toMatchObject([{ seat: samir.seat, caret: '3@bb', anchor: null }])
})

test('who leaves is gone at once', async () => {
  const network = new Network()
  const ines = await network.window('inés')
  const samir = await network.window('samir')
  await network.pass(1_000)
  expect(ines.people).toHaveLength(1)
  samir.closes()
  await network.pass(100)
  expect(ines.people).toEqual([])
})

test('who reads without moving stays in the list, and who goes offline sees nobody', async () => {
  const network = new Network()
  const ines = await network.window('inés')
  const samir = await network.window('samir')
  await network.pass(600_000)
  expect(ines.people).toHaveLength(1)
  samir.goesOffline()
  await network.pass(100)
  expect(samir.people).toEqual([])
})

test('a silent one leaves the list after 45 seconds', () => {
  const presence = new Presence(() => 0)
  presence.connected(0)
  presence.hear(1_000, caret('c1', '1@aa'))
  expect([presence.expire(45_999), presence.list().length]).toEqual([false, 1])
  expect([presence.expire(46_000), presence.list().length]).toEqual([true, 0])
})

test('a caret that moves is announced at most ten times a second, and its last place always', () => {
  const presence = new Presence(() => 0)
  presence.connected(0)
  const sent: unknown[] = []
  for (let now = 0; now <= 1_000; now++) {
    if (now < 900) presence.moveTo(now, `${now}@aa`, null)
    if (now >= presence.deadline()) sent.push((decode(presence.announcement(now)!) as { caret: string }).caret)
  }
  expect(sent.length).toBeLessThanOrEqual(11)
  expect(sent.at(-1)).toBe('899@aa')
})

test('a caret that did not move keeps the time of its last move', () => {
  const presence = new Presence(() => 0)
  presence.connected(0)
  expect(presence.hear(1_000, caret('c1', '1@aa'))).toBe(true)
  expect(presence.hear(9_000, caret('c1', '1@aa'))).toBe(false)
  expect(presence.list()[0]!.movedAt).toBe(1_000)
})

test('a newcomer is greeted within half a second', () => {
  const presence = new Presence(() => 0.5)
  presence.connected(0)
  presence.announcement(0)
  presence.hear(5_000, caret('c1', '1@aa'))
  expect(presence.deadline()).toBe(5_250)
})

test.each(VERSIONS)('the carets of a server of %s are read', version => {
  const presence = new Presence(() => 0)
  presence.connected(0)
  presence.hear(0, keptFrame(version, 'server-caret-data'))
  expect(presence.list()).toMatchObject([{ connection: 'c3', caret: '12@ab', anchor: null }])
  expect(presence.hear(1, keptFrame(version, 'server-gone-data'))).toBe(true)
  expect(presence.list()).toEqual([])
})

test('what stock clients say among themselves is ignored, and broken data is refused', () => {
  const presence = new Presence(() => 0)
  presence.connected(0)
  expect(presence.hear(0, encode({ caret: '2' }))).toBe(false)
  expect(() => presence.hear(0, encode({ v: 1, caret: 5, anchor: null, connection: 'c', seat: 's' }))).toThrow(FrameError)
})
