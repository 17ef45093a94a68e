/**
 * A network of people for tests: several windows with the real session, line and client, one [[ServerModel]], and a clock
 * that only moves in `pass`. Two weeks take a moment, and the same seed gives the same run.
 *
 *     const network = new Network({ seed: 7 })
 *     const ines = await network.window('inés')
 *     ines.types(0, 'Las ciudades acogen. ')
 *     await network.pass(1_000)
 *     expect(ines.state.kind).toBe('saved')
 */
import * as A from '@automerge/automerge/slim'
import { setImmediate } from 'node:timers/promises'
import type { Edges } from '../edges'
import type { PresentPerson } from '../presence'
import type { TextDoc } from '../replica'
import type { SaveState } from '../savestate'
import { openText } from '../session'
import type { OpenText, Refusal } from '../session'
import { Line } from '../socket'
import type { Socket, SocketHandlers } from '../socket'
import type { TextStore } from '../storage'
import { MemoryDevice } from './memorystore'
import { ServerModel } from './server'
import { seededRandom } from './random'
import { edited, seeded } from './texts'

export interface NetworkOptions {
  seed?: number
  words?: string
  /** Milliseconds a frame takes each way. */
  delayMs?: number
  /** Milliseconds from a change's arrival to its commit; `Infinity` commits only when the test says so. */
  commitMs?: number
}

export const TEXT = '11111111-1111-4111-8111-111111111111'
export const DOCUMENT = 'document-of-the-chapter'
const PAINT_MS = 16

interface Timer { at: number; run: () => void; order: number }

export class Network {
  readonly server = new ServerModel()
  readonly random: () => number
  now = 1_000_000
  /** No new connection can be made, and those there were are cut. */
  #serverAway = false
  readonly #timers = new Set<Timer>()
  readonly #devices = new Map<string, MemoryDevice>()
  readonly #sockets = new Map<string, { socket: SocketHandlers; window: Window }>()
  readonly #delayMs: number
  readonly #commitMs: number
  #order = 0
  #commitDue = false

  constructor({ seed = 1, words = 'Las ciudades.', delayMs = 5, commitMs = 1 }: NetworkOptions = {}) {
    this.random = seededRandom(seed)
    this.#delayMs = delayMs
    this.#commitMs = commitMs
    this.server.addText(DOCUMENT, seeded(words))
  }

  /** Opens the chapter in a window of somebody. `device` is theirs: two windows with one name share it. */
  async window(name: string, options: { offline?: boolean; documentId?: string; store?: () => Promise<TextStore> } = {}): Promise<Window> {
    const window = new Window(name, this, options)
    await this.pass(100)
    return window
  }

  device(name: string): MemoryDevice {
    const device = this.#devices.get(name) ?? new MemoryDevice()
    this.#devices.set(name, device)
    return device
  }

  /** Lets time go by, in order of what is due; promises in between are waited for. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms
    for (;;) {
      await setImmediate()
      const next = [...this.#timers].sort((a, b) => a.at - b.at || a.order - b.order)[0]
      if (next === undefined || next.at > end) break
      this.#timers.delete(next)
      this.now = Math.max(this.now, next.at)
      next.run()
    }
    this.now = end
  }

  later = (run: () => void, delayMs: number): (() => void) => {
    const timer = { at: this.now + delayMs, run, order: this.#order++ }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** The server's machine stops; `serverReturns` starts it on what was committed. */
  serverCrashes(): void {
    this.#serverAway = true
    this.server.crash()
    for (const name of [...this.#sockets.keys()]) this.#cut(name, 1006)
  }

  serverReturns(): void {
    this.#serverAway = false
  }

  connect(window: Window, handlers: SocketHandlers): Socket {
    const name = `${window.seat}/${this.#order++}`
    this.#sockets.set(name, { socket: handlers, window })
    this.later(() => {
      if (this.#serverAway || !window.online) this.#cut(name, 1006)
      else if (this.#sockets.has(name)) handlers.onOpen()
    }, this.#delayMs)
    return {
      send: data => this.later(() => {
        if (!this.#sockets.has(name)) return
        window.framesSent += 1
        if (window.swallowed()) return
        this.server.hear(name, data.slice())
        this.flush()
      }, this.#delayMs),
      // As in a browser: what was sent before still arrives.
      close: () => this.later(() => this.#cut(name, null), this.#delayMs),
    }
  }

  /** A window's network is gone: its sockets end without a word. */
  cutWindow(window: Window): void {
    for (const [name, entry] of [...this.#sockets]) if (entry.window === window) this.#cut(name, 1006)
  }

  /** Sends what the server has to say, and commits what waits. */
  flush(): void {
    this.#deliver()
    if (this.#commitDue || this.#commitMs === Infinity) return
    this.#commitDue = true
    this.later(() => {
      this.#commitDue = false
      this.commit()
    }, this.#commitMs)
  }

  commit(): void {
    this.server.commit()
    this.#deliver()
  }

  closeWith(window: Window, code: number): void {
    for (const [name, entry] of this.#sockets) if (entry.window === window) this.server.close(name, code)
    this.flush()
  }

  #deliver(): void {
    for (const outgoing of this.server.takeOutgoing()) {
      this.later(() => {
        const entry = this.#sockets.get(outgoing.to)
        if (entry === undefined) return
        if ('close' in outgoing) return this.#cut(outgoing.to, outgoing.close)
        const copies = entry.window.deaf ? 0 : entry.window.duplicates ? 2 : 1
        for (let i = 0; i < copies; i++) entry.socket.onMessage(outgoing.frame.slice())
      }, this.#delayMs)
    }
  }

  #cut(name: string, code: number | null): void {
    const entry = this.#sockets.get(name)
    if (entry === undefined) return
    this.#sockets.delete(name)
    this.server.left(name)
    this.flush()
    if (code !== null) entry.socket.onClose(code)
  }
}

/** One window of one person, with the chapter open. */
export class Window {
  readonly seat: string
  doc: TextDoc | null = null
  state: SaveState = { kind: 'opening', unsavedChanges: 0, savedAt: null, code: null }
  readonly states: SaveState['kind'][] = []
  people: PresentPerson[] = []
  refusal: Refusal | null = null
  readonly log: string[] = []
  /** How often remote changes came in, and how often a document. */
  receipts = 0
  openings = 0
  framesSent = 0
  online: boolean
  /** The line delivers each frame of the server twice. */
  duplicates = false
  /** The line brings nothing from the server. */
  deaf = false
  /** Which of the frames sent from now on get lost: `true` for lost. */
  swallowed: () => boolean = () => false
  leaving = false
  #onLeaving = () => {}
  #hint: (online: boolean) => void = () => {}
  readonly session: OpenText

  constructor(readonly name: string, private readonly network: Network, options: { offline?: boolean; documentId?: string; store?: () => Promise<TextStore> }) {
    this.seat = seatOf(name)
    this.online = options.offline !== true
    const { random, later } = network
    const now = () => network.now
    const edges: Edges = {
      line: (url, clock) => {
        const line = new Line(url, {
          ...clock, later, log: message => this.log.push(message),
          connect: (_, handlers) => network.connect(this, handlers),
          onNetwork: hint => {
            this.#hint = hint
            return () => (this.#hint = () => {})
          },
        })
        return { line, release: () => line.close() }
      },
      store: options.store ?? (async () => network.device(name).open()),
      later,
      paint: run => void later(run, PAINT_MS),
      leaving: () => this.leaving,
      onLeaving: run => {
        this.#onLeaving = run
        return () => (this.#onLeaving = () => {})
      },
      persist: () => {},
      log: message => this.log.push(message),
    }
    this.session = openText({
      textId: TEXT,
      documentId: options.documentId ?? DOCUMENT,
      seat: this.seat,
      socketUrl: 'ws://test/sync',
      now,
      random,
      onReady: doc => {
        this.doc = doc
        this.openings += 1
      },
      onRemote: changes => {
        this.doc = A.applyChanges(this.doc!, changes)[0]
        this.receipts += 1
      },
      onState: state => {
        this.state = state
        if (this.states.at(-1) !== state.kind) this.states.push(state.kind)
      },
      onPresence: people => (this.people = people),
      onRefused: refusal => (this.refusal = refusal),
    }, edges)
  }

  get text(): string {
    return this.doc?.text ?? ''
  }

  /** Puts words in at a UTF-16 offset, in one change. */
  types(at: number, words: string): void {
    this.replaces(at, 0, words)
  }

  replaces(at: number, remove: number, words: string): void {
    const { doc, change } = edited(this.doc!, at, remove, words)
    this.doc = doc
    this.session.sendLocal([change])
  }

  /** A change of about so many bytes, which no compression makes smaller. */
  writesLong(bytes: number): void {
    const letters = Array.from({ length: bytes }, () => Math.floor(this.network.random() * 64))
    const message = letters.map(code => 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'[code]).join('')
    this.doc = A.change(this.doc!, { message, time: 0 }, draft => A.splice(draft, ['text'], 0, 0, '·'))
    this.session.sendLocal([A.getLastLocalChange(this.doc)!])
  }

  goesOffline(): void {
    this.online = false
    this.#hint(false)
    this.network.cutWindow(this)
  }

  comesBack(): void {
    this.online = true
    this.#hint(true)
  }

  closes(): void {
    this.session.close()
  }

  /** The page begins to go away: a reload, a closed window. */
  goesAway(): void {
    this.leaving = true
    this.#onLeaving()
  }
}

/** A UUID that is always the same for a name. */
function seatOf(name: string): string {
  const hex = [...name].map(letter => (letter.codePointAt(0)! % 256).toString(16).padStart(2, '0')).join('').padEnd(32, '0').slice(0, 32)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
