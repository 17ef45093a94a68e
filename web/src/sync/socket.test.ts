import { decode, encode } from 'cborg'
import { describe, expect, test } from 'vitest'
import { closing, LONGEST_WAIT_MS, SHORTEST_WAIT_MS, waitMs } from './closing'
import { Line } from './socket'
import type { SocketHandlers } from './socket'
import { seededRandom } from './testing/random'

/** A line whose sockets the test plays itself. */
function playedLine(random = seededRandom(1)) {
  const sockets: { handlers: SocketHandlers; sent: Record<string, unknown>[]; closed: number | null }[] = []
  const timers: { run: () => void; delayMs: number; cancelled: boolean }[] = []
  const heard: string[] = []
  let hint: (online: boolean) => void = () => {}
  const line = new Line('ws://test', {
    connect: (_, handlers) => {
      const socket = { handlers, sent: [] as Record<string, unknown>[], closed: null as number | null }
      sockets.push(socket)
      return {
        send: data => void socket.sent.push(decode(data) as Record<string, unknown>),
        close: code => void (socket.closed = code),
      }
    },
    later: (run, delayMs) => {
      const timer = { run, delayMs, cancelled: false }
      timers.push(timer)
      return () => (timer.cancelled = true)
    },
    now: () => 0,
    random,
    onNetwork: given => {
      hint = given
      return () => {}
    },
    log: () => {},
  })
  line.attach('chapter', {
    onUp: () => heard.push('up'),
    onDown: code => heard.push(`down ${code}`),
    onFrame: frame => heard.push(frame.type),
  })
  const greet = (version = '1') =>
    sockets.at(-1)!.handlers.onMessage(encode({ type: 'peer', senderId: 'borrador', selectedProtocolVersion: version }))
  return { line, sockets, timers, heard, greet, hint: (online: boolean) => hint(online), due: () => timers.filter(timer => !timer.cancelled) }
}

test('it joins, is greeted, and hands each frame to the text it names', () => {
  const { line, sockets, heard, greet } = playedLine()
  sockets[0]!.handlers.onOpen()
  expect(sockets[0]!.sent).toMatchObject([{ type: 'join', supportedProtocolVersions: ['1'] }])
  greet()
  for (const documentId of ['chapter', 'another']) sockets[0]!.handlers.onMessage(encode({ type: 'doc-unavailable', documentId }))
  expect(heard).toEqual(['up', 'doc-unavailable'])
  line.send({ type: 'sync', documentId: 'chapter', data: new Uint8Array([1]) })
  expect(sockets[0]!.sent.at(-1)).toMatchObject({ type: 'sync', targetId: 'borrador', documentId: 'chapter' })
})

test('a text that attaches later hears at once that the line is up', () => {
  const { line, greet } = playedLine()
  greet()
  const heard: string[] = []
  line.attach('other', { onUp: () => heard.push('up'), onDown: () => {}, onFrame: () => {} })
  expect(heard).toEqual(['up'])
})

test('no greeting within ten seconds is a broken line', () => {
  const { sockets, heard, due } = playedLine()
  sockets[0]!.handlers.onOpen()
  expect(due()[0]!.delayMs).toBe(10_000)
  due()[0]!.run()
  expect([heard, sockets[0]!.closed]).toEqual([['down null'], 4000])
})

test('what a socket says after it was given up is not listened to', () => {
  const { line, sockets, heard, greet } = playedLine()
  greet()
  line.reconnect('a test')
  sockets[0]!.handlers.onMessage(encode({ type: 'doc-unavailable', documentId: 'chapter' }))
  sockets[0]!.handlers.onClose(1006)
  expect(heard).toEqual(['up', 'down null'])
})

test('a text frame and rubbish break the line; other people’s troubles do not', () => {
  const { sockets, heard, greet } = playedLine()
  greet()
  sockets[0]!.handlers.onMessage(encode({ type: 'error', code: 'x', message: 'y' }))
  expect(heard).toEqual(['up'])
  sockets[0]!.handlers.onMessage(null)
  expect(heard).toEqual(['up', 'down null'])
})

test('a server of another version is not tried again by itself', () => {
  const { heard, greet, due } = playedLine()
  greet('2')
  expect([heard, due()]).toEqual([['down version_unsupported'], []])
})

test('coming back to the network tries at once; losing it drops the line at once', () => {
  const { sockets, heard, greet, hint } = playedLine()
  greet()
  hint(false)
  expect(heard).toEqual(['up', 'down null'])
  hint(true)
  expect(sockets).toHaveLength(2)
})

test('a closed line stays closed', () => {
  const { line, sockets, due } = playedLine()
  line.close()
  line.retryNow()
  expect([sockets.length, sockets[0]!.closed, due()]).toEqual([1, 1000, []])
})

test('a hundred windows that a restarting server sends away come back one after another, not in a storm', () => {
  const random = seededRandom(100)
  const waits = Array.from({ length: 100 }, () => {
    const { sockets, greet, due } = playedLine(random)
    greet()
    sockets[0]!.handlers.onClose(1012)
    return due().at(-1)!.delayMs
  })
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(SHORTEST_WAIT_MS)
  // Half a second is the shortest wait, and the first attempts are spread over as much again.
  expect(Math.max(...waits)).toBeLessThanOrEqual(2 * SHORTEST_WAIT_MS)
  const atOnce = waits.map(wait => waits.filter(other => Math.abs(other - wait) < 25).length)
  expect(Math.max(...atOnce)).toBeLessThan(25)
})

describe('waiting', () => {
  test('grows from half a second to fifteen, and two windows rarely wait the same', () => {
    const random = seededRandom(2)
    const waits = Array.from({ length: 12 }, (_, attempt) => waitMs(attempt, 'soon', random))
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(SHORTEST_WAIT_MS)
    expect(Math.max(...waits)).toBeLessThanOrEqual(LONGEST_WAIT_MS)
    expect(waits.at(-1)).toBeGreaterThan(waits[0]!)
    expect(new Set(waits).size).toBe(12)
  })

  test('is at least five seconds when the server asks for rest', () => {
    expect(waitMs(0, 'later', () => 0)).toBe(5_000)
  })

  test.each([[1006, null, 'soon'], [1012, 'server_restart', 'soon'], [1013, 'server_busy', 'later'], [4401, 'sign_in_required', 'never'], [4409, 'version_unsupported', 'never'], [4429, 'too_many_requests', 'later']] as const)(
    'close code %i is %s, tried again %s', (code, word, retry) => {
      expect(closing(code)).toEqual({ code: word, retry })
    })
})
