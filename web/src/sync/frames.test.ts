import { decode, encode } from 'cborg'
import { describe, expect, test } from 'vitest'
import { decodeFrame, encodeFrame, FrameError } from './frames'
import { readMessage } from './message'
import { keepNewest, keptFrame, VERSIONS } from './testing/frames'
import './testing/texts'

describe('frames kept from stock automerge-repo 2.5.6', () => {
  test('its greeting is read', () => {
    expect(decodeFrame(keptFrame('stock-2.5.6', 'server-peer'))).toEqual({ type: 'peer', senderId: 'server', version: '1' })
  })

  test('its sync message, which has nothing and asks for one change, is read', () => {
    const frame = decodeFrame(keptFrame('stock-2.5.6', 'server-sync'))
    if (frame.type !== 'sync') throw new Error(frame.type)
    expect(readMessage(frame.data)).toEqual({ heads: [], need: [expect.stringMatching(/^[0-9a-f]{64}$/)], chunks: [] })
  })

  test('its "unavailable" and its passing messages are read', () => {
    expect(decodeFrame(keptFrame('stock-2.5.6', 'server-doc-unavailable'))).toMatchObject({ type: 'doc-unavailable' })
    expect(decodeFrame(keptFrame('stock-2.5.6', 'server-ephemeral'))).toMatchObject({ type: 'ephemeral' })
  })

  test.each(['join', 'request', 'sync', 'ephemeral'] as const)('our `%s` has its fields', type => {
    const ours = {
      join: { type: 'join', senderId: 'tangier', peerMetadata: {} },
      request: { type: 'request', senderId: 'tangier', targetId: 'server', documentId: 'd', data: new Uint8Array([0x42]) },
      sync: { type: 'sync', senderId: 'tangier', targetId: 'server', documentId: 'd', data: new Uint8Array([0x42]) },
      ephemeral: { type: 'ephemeral', senderId: 'tangier', targetId: 'server', documentId: 'd', sessionId: 's', count: 1, data: new Uint8Array([0xa0]) },
    }[type] as Parameters<typeof encodeFrame>[0]
    const stock = decode(keptFrame('stock-2.5.6', `client-${type}`)) as object
    expect(Object.keys(decode(encodeFrame(ours)) as object).sort()).toEqual(Object.keys(stock).sort())
  })
})

describe('frames of our own, of every version', () => {
  const documentId = '4NMNnkMhL8jXrdJ9jamS58PAVdXu'

  test.each(VERSIONS)('what the server of %s says is read', version => {
    expect(decodeFrame(keptFrame(version, 'server-peer'))).toEqual({ type: 'peer', senderId: 'borrador', version: '1' })
    expect(decodeFrame(keptFrame(version, 'server-sync'))).toMatchObject({ type: 'sync', documentId })
    expect(decodeFrame(keptFrame(version, 'server-doc-unavailable'))).toEqual({ type: 'doc-unavailable', documentId })
    expect(decodeFrame(keptFrame(version, 'server-ephemeral'))).toMatchObject({ type: 'ephemeral', documentId })
    expect(decodeFrame(keptFrame(version, 'server-error'))).toEqual({
      type: 'error', documentId, code: 'not_allowed', setAside: null,
      message: 'you may read this text but not change it; ask whoever holds the pen',
    })
  })

  test('a refusal names the record in which the words are kept', () => {
    expect(decodeFrame(keptFrame('0.2', 'server-error-set-aside')))
      .toMatchObject({ type: 'error', documentId, code: 'chapter_locked', setAside: '22222222-2222-4222-8222-222222222222' })
  })

  test('the newest kept samples of the page are what it says', () => {
    const data = new Uint8Array([0x42, 0, 0, 0, 0])
    const caret = encode({ v: 1, caret: '12@ab', anchor: null })
    const samples: Record<string, Parameters<typeof encodeFrame>[0]> = {
      join: { type: 'join', senderId: 'tangier', peerMetadata: {} },
      request: { type: 'request', senderId: 'tangier', targetId: 'borrador', documentId, data },
      sync: { type: 'sync', senderId: 'tangier', targetId: 'borrador', documentId, data },
      ephemeral: { type: 'ephemeral', senderId: 'tangier', targetId: 'borrador', documentId, sessionId: 's', count: 1, data: caret },
    }
    for (const [name, frame] of Object.entries(samples)) {
      keepNewest(`client-${name}`, encodeFrame(frame))
      expect(keptFrame(VERSIONS.at(-1)!, `client-${name}`)).toEqual(Uint8Array.from(encodeFrame(frame)))
    }
  })
})

describe('frames of our server', () => {
  test('a refusal that names no text is trouble with the connection', () => {
    expect(decodeFrame(encode({ type: 'error', code: 'message_malformed', message: 'no' })))
      .toEqual({ type: 'trouble', code: 'message_malformed', message: 'no' })
  })

  test('a kind of frame from the future is passed over', () => {
    expect(decodeFrame(encode({ type: 'weather', sky: 'blue' }))).toEqual({ type: 'other', name: 'weather' })
  })
})

test.each<[string, Uint8Array]>([
  ['nothing', new Uint8Array(0)],
  ['no CBOR', new TextEncoder().encode('hello')],
  ['a list', encode([1])],
  ['a map without a type', encode({ documentId: 'd' })],
  ['a type that is no text', encode({ type: 5 })],
  ['a sync message without a text', encode({ type: 'sync', data: new Uint8Array(1) })],
  ['a sync message whose data is text', encode({ type: 'sync', documentId: 'd', data: 'x' })],
  ['the same key twice', new Uint8Array([0xa2, 0x61, 0x78, 0x01, 0x61, 0x78, 0x02])],
  ['a byte string that claims 4 GiB', new Uint8Array([0xa1, 0x61, 0x78, 0x5b, 0, 0, 0, 1, 0, 0, 0, 0])],
  ['a key that is a number', encode(new Map([[1, 'x']]))],
])('%s is refused as a frame', (_, bytes) => {
  expect(() => decodeFrame(bytes)).toThrow(FrameError)
})

test('rubbish is refused as a sync message', () => {
  for (const bytes of [[], [0], [0x42, 0xff], [1, 2, 3]]) expect(() => readMessage(new Uint8Array(bytes))).toThrow(FrameError)
})

test('every frame cut short at any byte is refused, never misread', () => {
  const frame = keptFrame('stock-2.5.6', 'server-sync')
  for (let length = 0; length < frame.length; length++) expect(() => decodeFrame(frame.subarray(0, length))).toThrow(FrameError)
})
