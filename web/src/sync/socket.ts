/**
 * The line to the server: one WebSocket for all texts that are open with one seat. It shakes hands, hands each frame to the
 * text it names, and comes back by itself after a break.
 *
 * What is not known here: sync messages, documents. Frames pass by `documentId` alone.
 */
import { closing, waitMs } from './closing'
import { decodeFrame, encodeFrame, FrameError, PROTOCOL_VERSION } from './frames'
import type { ServerFrame, TextFrame } from './frames'

/** What a text hears from the line. */
export interface LineListener {
  /** Frames can be sent. Also called on attaching, when the line is up already. */
  onUp(): void
  /** The line broke, or could not be made. `code`: why, when it is known (see `closing.ts`). */
  onDown(code: string | null): void
  onFrame(frame: TextFrame): void
}

/** A frame about one text; the line adds who sends it and to whom. */
export type OutgoingFrame =
  | { type: 'request' | 'sync'; documentId: string; data: Uint8Array }
  | { type: 'ephemeral'; documentId: string; data: Uint8Array }

/** A WebSocket, of which only this is used. */
export interface Socket {
  send(data: Uint8Array): void
  close(code: number): void
}

export interface SocketHandlers {
  onOpen(): void
  /** `null` for a text frame, which this protocol does not have. */
  onMessage(data: Uint8Array | null): void
  onClose(code: number): void
}

export interface LineEdges {
  connect(url: string, handlers: SocketHandlers): Socket
  later(run: () => void, delayMs: number): () => void
  now(): number
  random(): number
  /**
   * Hints from the browser: `true` when there is a network again or the window is looked at again, `false` when the network
   * is gone. Hints only: some systems say "offline" wrongly, so attempts go on in any case.
   */
  onNetwork(hint: (online: boolean) => void): () => void
  /** For the console: what people need not see. */
  log(message: string): void
}

const HANDSHAKE_WITHIN_MS = 10_000
/** A connection that held for so long earns the short waits again. */
const STEADY_AFTER_MS = 10_000
/** Private-use close code: this side could not read a frame, or heard nothing for too long. */
const CLOSED_BY_US = 4000

export class Line {
  readonly #listeners = new Map<string, LineListener>()
  /** Names this window to the server while it lives; the server gives its own name to others. */
  readonly #senderId: string
  readonly #sessionId: string
  readonly #stopListening: () => void
  #socket: Socket | null = null
  #server: string | null = null
  #upSince = 0
  #attempt = 0
  #count = 0
  #cancelTimer = () => {}
  #closed = false

  constructor(private readonly url: string, private readonly edges: LineEdges) {
    this.#senderId = `window-${name(edges.random)}`
    this.#sessionId = name(edges.random)
    this.#stopListening = edges.onNetwork(online => {
      if (online) this.retryNow()
      else if (this.#socket !== null) this.#drop(null, 'soon')
    })
    this.#connect()
  }

  /** One listener per text. Returns the way out. */
  attach(documentId: string, listener: LineListener): () => void {
    this.#listeners.set(documentId, listener)
    if (this.#server !== null) listener.onUp()
    return () => {
      if (this.#listeners.get(documentId) === listener) this.#listeners.delete(documentId)
    }
  }

  /** Does nothing while the line is down: `onUp` is when to begin again. */
  send(frame: OutgoingFrame): void {
    if (this.#server === null || this.#socket === null) return
    const address = { senderId: this.#senderId, targetId: this.#server }
    this.#socket.send(encodeFrame(
      frame.type === 'ephemeral'
        ? { ...frame, ...address, sessionId: this.#sessionId, count: ++this.#count }
        : { ...frame, ...address },
    ))
  }

  /** Gives this connection up and makes another after the ordinary wait. */
  reconnect(reason: string): void {
    if (this.#socket === null) return
    this.edges.log(`sync: reconnecting, ${reason}`)
    this.#drop(null, 'soon')
  }

  /** Tries at once, also after a closing that otherwise waits for a person (they have signed in again). */
  retryNow(): void {
    if (this.#socket !== null || this.#closed) return
    this.#attempt = 0
    this.#connect()
  }

  close(): void {
    this.#closed = true
    this.#stopListening()
    this.#cancelTimer()
    this.#forgetSocket()?.close(1000)
  }

  #connect(): void {
    this.#cancelTimer()
    // A socket that was given up may still speak: only the current one is listened to.
    const ifCurrent = (work: () => void) => {
      if (this.#socket === socket) work()
    }
    const socket = this.edges.connect(this.url, {
      onOpen: () => ifCurrent(() => socket.send(encodeFrame({ type: 'join', senderId: this.#senderId, peerMetadata: {} }))),
      onMessage: data => ifCurrent(() => this.#receive(data)),
      onClose: closeCode => ifCurrent(() => {
        const { code, retry } = closing(closeCode)
        this.#drop(code, retry)
      }),
    })
    this.#socket = socket
    this.#cancelTimer = this.edges.later(() => this.reconnect('no handshake'), HANDSHAKE_WITHIN_MS)
  }

  #receive(data: Uint8Array | null): void {
    try {
      if (data === null) throw new FrameError('a text frame')
      this.#route(decodeFrame(data))
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      this.reconnect(error.message)
    }
  }

  #route(frame: ServerFrame): void {
    switch (frame.type) {
      case 'peer':
        if (frame.version !== PROTOCOL_VERSION) return this.#drop('version_unsupported', 'never')
        this.#cancelTimer()
        this.#server = frame.senderId
        this.#upSince = this.edges.now()
        for (const listener of [...this.#listeners.values()]) listener.onUp()
        return
      case 'trouble':
        return this.edges.log(`sync: ${frame.code}: ${frame.message}`)
      case 'other':
        return
      default:
        this.#listeners.get(frame.documentId)?.onFrame(frame)
    }
  }

  /** The connection ends, for whichever reason; at most once for each. */
  #drop(code: string | null, retry: 'soon' | 'later' | 'never'): void {
    this.#cancelTimer()
    if (this.#server !== null && this.edges.now() - this.#upSince >= STEADY_AFTER_MS) this.#attempt = 0
    this.#forgetSocket()?.close(CLOSED_BY_US)
    if (this.#closed) return
    if (retry !== 'never') {
      this.#cancelTimer = this.edges.later(() => this.#connect(), waitMs(this.#attempt++, retry, this.edges.random))
    }
    this.#tellDown(code)
  }

  #forgetSocket(): Socket | null {
    const socket = this.#socket
    this.#socket = null
    this.#server = null
    return socket
  }

  #tellDown(code: string | null): void {
    for (const listener of [...this.#listeners.values()]) listener.onDown(code)
  }
}

/** Sixty-four random bits in hexadecimal. */
function name(random: () => number): string {
  const half = () => Math.floor(random() * 2 ** 32).toString(16).padStart(8, '0')
  return half() + half()
}
