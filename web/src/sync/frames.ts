/**
 * The frames of the sync wire: CBOR maps in binary WebSocket messages, as automerge-repo writes them.
 *
 *     client → join · request · sync · ephemeral          server → peer · sync · doc-unavailable · error · ephemeral
 *
 * Decoding is strict about shape (a frame that lacks a field is [[FrameError]]) and generous about what it does not know:
 * an unknown `type` comes back as `other`, so that a newer server can say more. It is not strict about CBOR's shortest
 * form, because stock automerge-repo peers write longer lengths than needed.
 */
import { decode, encode } from 'cborg'

export type ClientFrame =
  | { type: 'join'; senderId: string; peerMetadata: Record<string, unknown> }
  /** `request` says "I have nothing of it", `sync` anything else; both carry an Automerge sync message. */
  | { type: 'request' | 'sync'; senderId: string; targetId: string; documentId: string; data: Uint8Array }
  | { type: 'ephemeral'; senderId: string; targetId: string; documentId: string; sessionId: string; count: number; data: Uint8Array }

export type ServerFrame =
  | { type: 'peer'; senderId: string; version: string }
  | TextFrame
  /** A refusal that concerns no text in particular. */
  | { type: 'trouble'; code: string; message: string }
  | { type: 'other'; name: string }

/** What the server says about one text. */
export type TextFrame =
  | { type: 'sync'; documentId: string; data: Uint8Array }
  | { type: 'doc-unavailable'; documentId: string }
  /** `setAside` names the record in which the server keeps what it refused; `null` when it does not. */
  | { type: 'error'; documentId: string; code: string; message: string; setAside: string | null }
  | { type: 'ephemeral'; documentId: string; data: Uint8Array }

/** The bytes are not a frame of this protocol. */
export class FrameError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'FrameError'
  }
}

/** The version of the protocol that both sides speak. */
export const PROTOCOL_VERSION = '1'

export function encodeFrame(frame: ClientFrame): Uint8Array {
  return encode(frame.type === 'join' ? { ...frame, supportedProtocolVersions: [PROTOCOL_VERSION] } : frame)
}

/** Throws [[FrameError]]. */
export function decodeFrame(bytes: Uint8Array): ServerFrame {
  const fields = decodeMap(bytes)
  const name = text(fields, 'type')
  switch (name) {
    case 'peer':
      return { type: name, senderId: text(fields, 'senderId'), version: text(fields, 'selectedProtocolVersion') }
    case 'sync':
    case 'ephemeral':
      return { type: name, documentId: text(fields, 'documentId'), data: binary(fields, 'data') }
    case 'doc-unavailable':
      return { type: name, documentId: text(fields, 'documentId') }
    case 'error': {
      const told = { code: optionalText(fields, 'code') ?? 'unknown', message: optionalText(fields, 'message') ?? '' }
      const documentId = optionalText(fields, 'documentId')
      return documentId === undefined
        ? { type: 'trouble', ...told }
        : { type: 'error', documentId, ...told, setAside: optionalText(fields, 'setAside') ?? null }
    }
    default:
      return { type: 'other', name }
  }
}

/** A CBOR map with text keys; the shape of every frame and of what presence frames carry. Throws [[FrameError]]. */
export function decodeMap(bytes: Uint8Array): Map<string, unknown> {
  let value: unknown
  try {
    // Maps rather than objects: a key such as `__proto__` is then only a key.
    value = decode(bytes, { useMaps: true, rejectDuplicateMapKeys: true })
  } catch (cause) {
    throw new FrameError(`not CBOR: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
  if (!(value instanceof Map)) throw new FrameError('not a map')
  for (const key of value.keys()) if (typeof key !== 'string') throw new FrameError(`a key is ${typeof key}, not text`)
  return value as Map<string, unknown>
}

/** The text in a field. Throws [[FrameError]] when it is missing or something else. */
export function text(fields: Map<string, unknown>, key: string): string {
  const value = fields.get(key)
  if (typeof value !== 'string') throw new FrameError(`\`${key}\` is not text`)
  return value
}

function optionalText(fields: Map<string, unknown>, key: string): string | undefined {
  return fields.has(key) ? text(fields, key) : undefined
}

function binary(fields: Map<string, unknown>, key: string): Uint8Array {
  const value = fields.get(key)
  if (!(value instanceof Uint8Array)) throw new FrameError(`\`${key}\` is not bytes`)
  return value
}
