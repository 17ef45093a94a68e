/**
 * An open text: the device's store, the line to the server and the document, put together.
 *
 *     const session = openText({
 *       textId, documentId, seat, socketUrl: `wss://${location.host}/sync?seat=${seat}`, now: Date.now, random: Math.random,
 *       onReady: doc => { editor ? editor.replaceDoc(doc) : (editor = createEditor(host, { doc, onChanges: session.sendLocal, … })) },
 *       onRemote: changes => editor.receive(changes),
 *       onState: state => …, onPresence: people => …, onRefused: info => …,
 *     })
 *
 * Promises
 * - A text that is on this device opens without the server. One that is not stays closed until the server has answered: no
 *   history is ever begun here.
 * - Local changes are on this device before they are sent, unless the device keeps nothing; also when the page goes away in the
 *   moment in which they are written.
 * - `onRemote` comes at most once per painted frame. It must apply the changes before it returns.
 * - Refused changes stay in the document and the store until `startAgain`, which keeps a rescue file first.
 *
 * The decisions are in `client.ts`; this file carries them out.
 */
import { browserEdges } from './edges'
import type { Edges } from './edges'
import { TextClient } from './client'
import type { ClientEvent, Effect } from './client'
import { FrameError } from './frames'
import type { TextFrame } from './frames'
import { Presence } from './presence'
import type { PresentPerson } from './presence'
import { AutomergeReplica } from './replica'
import type { TextDoc } from './replica'
import { rescueFile } from './rescue'
import type { Rescue } from './rescue'
import type { SaveState } from './savestate'
import type { Line } from './socket'
import { StartedAgain } from './storage'
import type { StoredText, TextStore } from './storage'

export interface OpenTextOptions {
  /** UUID of the text, and the same as `document_id` spells it. */
  textId: string
  documentId: string
  /** UUID of the acting seat: the author of what is written, and whose store is used. */
  seat: string
  /** `wss://HOST/sync?seat=UUID`. Texts opened with the same address share one connection. */
  socketUrl: string
  /** Milliseconds; its differences time the protocol, its values appear in `SaveState.savedAt` and `movedAt`. */
  now(): number
  /** From 0 up to 1. */
  random(): number
  /** The document can be shown. Called again with a new document after `startAgain`. */
  onReady(doc: TextDoc): void
  /** Changes of others, to be applied to that document before returning. */
  onRemote(changes: Uint8Array[]): void
  onState(state: SaveState): void
  onPresence(people: PresentPerson[]): void
  /** Once for each refusal. `message` is the server's, in English; words for people are at `error-CODE`. */
  onRefused(refusal: Refusal): void
}

export interface Refusal {
  /** Stable, such as `not_allowed`. */
  code: string
  message: string
  /** The record in which the server keeps the refused changes for their author; `null` when only this device has them. */
  setAside: string | null
}

export interface OpenText {
  /** Changes just made in the document. */
  sendLocal(changes: readonly Uint8Array[]): void
  /** Automerge cursors; `null` when the caret is not in the text. */
  setCaret(caret: string | null, anchor: string | null): void
  /** What this device has and the server has not, as a file. */
  rescue(): Promise<Blob>
  /** Keeps a rescue file on the device, drops what the server does not have, and takes the server's text. */
  startAgain(): Promise<void>
  /** Tries to connect at once: the person has signed in again, or pressed "try now". */
  retryNow(): void
  /** Stops. What is unsaved stays on the device. */
  close(): void
}

/** What the server sent is on this device so much later, or with the next local change. */
const KEEP_WITHIN_MS = 500

type RescuedWords = Omit<Rescue, 'seat' | 'text' | 'rescuedAt'>

export function openText(options: OpenTextOptions, edges: Edges = browserEdges): OpenText {
  const session = new TextSession(options, edges)
  void session.begin()
  return session
}

class TextSession implements OpenText {
  readonly #replica: AutomergeReplica
  readonly #presence: Presence
  readonly #line: Line
  readonly #releaseLine: () => void
  #client: TextClient
  #detach = () => {}
  #stopWatching = () => {}
  #store: TextStore | null = null
  #epoch = 0
  /** Writes to the store, one after the other. */
  #writes: Promise<void> = Promise.resolve()
  /** What is on its way into the store. */
  readonly #underway = new Set<readonly Uint8Array[]>()
  /** What the server sent and the store has not: it comes again if it is lost, so it is written now and then. */
  #unkept: Uint8Array[] = []
  #keepAt = Infinity
  #cancelTimer = () => {}
  #persistAsked = false
  #closed = false

  constructor(private readonly options: OpenTextOptions, private readonly edges: Edges) {
    this.#replica = new AutomergeReplica(options.seat, {
      onReady: doc => options.onReady(doc),
      onRemote: changes => options.onRemote(changes),
    })
    this.#presence = new Presence(options.random)
    this.#client = new TextClient(this.#replica, { serverHeads: [] })
    const { line, release } = edges.line(options.socketUrl, options)
    this.#line = line
    this.#releaseLine = release
    this.#stopWatching = edges.onLeaving(() => this.#keepLastWords())
  }

  /** Opens what the device has, then turns to the server. */
  async begin(): Promise<void> {
    const stored = await this.#fromDevice()
    if (this.#closed) return this.#store?.close()
    if (stored !== null) await this.#openStored(stored)
    if (this.#closed) return
    this.options.onState(this.#client.state())
    this.#detach = this.#line.attach(this.options.documentId, {
      onUp: () => {
        this.#presence.connected(this.options.now())
        this.#handle({ type: 'up' })
      },
      onDown: code => {
        this.#presence.disconnected()
        this.options.onPresence([])
        this.#handle({ type: 'down', code })
      },
      onFrame: frame => this.#hear(frame),
    })
  }

  sendLocal = (changes: readonly Uint8Array[]): void => {
    // While starting again the document on screen is one that has been put aside.
    if (this.#closed || this.#replica.isEmpty()) return
    if (!this.#persistAsked) this.edges.persist()
    this.#persistAsked = true
    this.#handle({ type: 'local' })
    const stored = this.#keep(changes)
    if (this.edges.leaving()) {
      this.#keepLastWords()
      this.#handle({ type: 'stored' })
    } else void stored.then(() => this.#handle({ type: 'stored' }))
  }

  setCaret = (caret: string | null, anchor: string | null): void => {
    this.#presence.moveTo(this.options.now(), caret, anchor)
    this.#setTimer()
  }

  rescue = async (): Promise<Blob> => new Blob([this.#rescueFile(this.#unsaved())], { type: 'application/json' })

  startAgain = async (): Promise<void> => {
    const { textId, now } = this.options
    await this.#writes
    if (this.#store === null) throw new Error('this device keeps nothing: save the rescue file, then reload the page')
    const rescue = { text: textId, at: now(), file: this.#rescueFile(this.#unsaved()) }
    this.#epoch = await this.#store.startAgain(textId, rescue)
    if (this.#closed) return
    this.#unkept = []
    this.#keepAt = Infinity
    this.#replica.reset()
    this.#handle({ type: 'restart' })
  }

  retryNow = (): void => this.#line.retryNow()

  close = (): void => {
    if (this.#closed) return
    // The last words go out now: there is no later for waiting until they are on the device.
    this.#handle({ type: 'stored' })
    this.#line.send({ type: 'ephemeral', documentId: this.options.documentId, data: this.#presence.farewell() })
    const kept = this.#replica.isEmpty() ? this.#writes : this.#keep([])
    void kept.then(() => this.#store?.close())
    this.#closed = true
    this.#cancelTimer()
    this.#stopWatching()
    this.#detach()
    this.#releaseLine()
  }

  /** `null` when there is nothing of this text, or no store: the text is still worth opening. */
  async #fromDevice(): Promise<StoredText | null> {
    try {
      this.#store = await this.edges.store(this.options.seat)
      const stored = await this.#store.open(this.options.textId)
      this.#epoch = stored.epoch
      return stored.chunks.length > 0 ? stored : null
    } catch (error) {
      this.#notKept(error)
      return null
    }
  }

  async #openStored({ chunks, serverHeads }: StoredText): Promise<void> {
    if (this.#opens(chunks)) {
      this.#client = new TextClient(this.#replica, { serverHeads })
      return
    }
    // Set aside as it is, for somebody with better tools; the server's text takes its place.
    const { textId, now } = this.options
    const words = { reason: 'device_copy_unreadable', baseHeads: serverHeads, changes: chunks, written: [], whole: '' }
    try {
      this.#epoch = await this.#store!.startAgain(textId, { text: textId, at: now(), file: this.#rescueFile(words) })
    } catch (error) {
      this.#notKept(error)
    }
  }

  #opens(chunks: readonly Uint8Array[]): boolean {
    try {
      return this.#replica.open(chunks)
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      this.edges.log(`sync: the copy on this device cannot be read: ${String(error)}`)
      return false
    }
  }

  #hear(frame: TextFrame): void {
    if (frame.type !== 'ephemeral') return this.#handle({ type: 'frame', frame })
    this.#guard(() => {
      if (this.#presence.hear(this.options.now(), frame.data)) this.options.onPresence(this.#presence.list())
    })
    this.#setTimer()
  }

  #handle(event: ClientEvent): void {
    if (this.#closed) return
    this.#guard(() => {
      for (const effect of this.#client.handle(this.options.now(), event)) this.#perform(effect)
    })
    this.#setTimer()
  }

  /** What cannot be read leads to a new connection, which starts from a clean comparison. */
  #guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      this.#line.reconnect(error.message)
    }
  }

  #perform(effect: Effect): void {
    const { documentId } = this.options
    switch (effect.type) {
      case 'send':
        return this.#line.send({ type: effect.kind, documentId, data: effect.data })
      case 'paint':
        return this.edges.paint(() => this.#handle({ type: 'paint' }))
      case 'store':
        this.#unkept.push(...effect.chunks)
        this.#keepAt = Math.min(this.#keepAt, this.options.now() + KEEP_WITHIN_MS)
        return
      case 'state':
        return this.options.onState(effect.state)
      case 'refused':
        return this.options.onRefused({ code: effect.code, message: effect.message, setAside: effect.setAside })
      case 'reconnect':
        return this.#line.reconnect(effect.code)
    }
  }

  /**
   * Appends to the store, after what came before. Resolves also when it cannot: the changes must then go out all the more.
   */
  #keep(changes: readonly Uint8Array[]): Promise<void> {
    const { textId } = this.options
    const epoch = this.#epoch
    const chunks = [...this.#unkept, ...changes]
    const heads = this.#client.serverHeads()
    this.#unkept = []
    this.#keepAt = Infinity
    this.#underway.add(chunks)
    this.#writes = this.#writes
      .then(() => this.#store?.append(textId, epoch, chunks, heads))
      .finally(() => this.#underway.delete(chunks))
      .then(() => this.#handle({ type: 'device', keeps: this.#store !== null }))
      .catch(error => {
        if (error instanceof StartedAgain) this.#followRestart(epoch)
        else this.#notKept(error)
      })
    return this.#writes
  }

  /** The page goes away and will not hear the store's answer: what is on its way there is kept at once. */
  #keepLastWords(): void {
    const chunks = [...this.#underway].flat()
    if (this.#store === null || chunks.length === 0) return
    try {
      this.#store.appendAtOnce(this.options.textId, this.#epoch, chunks)
    } catch (error) {
      this.#notKept(error)
    }
  }

  #notKept(error: unknown): void {
    this.edges.log(`sync: not kept on this device: ${String(error)}`)
    this.#handle({ type: 'device', keeps: false })
  }

  /** Another window started this text again: what this one holds beyond the server's text becomes a rescue file too. */
  #followRestart(epoch: number): void {
    // Not awaited: it waits for the queue of writes that this is part of. Later writes of the old epoch find it done.
    if (epoch !== this.#epoch || this.#closed) return
    this.startAgain().catch(error => this.edges.log(`sync: could not start again: ${String(error)}`))
  }

  #unsaved(): RescuedWords {
    const baseHeads = this.#client.serverHeads()
    const changes = this.#replica.since(baseHeads)
    return { reason: this.#client.state().code, baseHeads, changes, ...this.#replica.words(baseHeads) }
  }

  #rescueFile(words: RescuedWords): string {
    const { seat, textId, now } = this.options
    return rescueFile({ seat, text: textId, rescuedAt: new Date(now()).toISOString(), ...words })
  }

  #announce(): void {
    const data = this.#presence.announcement(this.options.now())
    if (data !== null) this.#line.send({ type: 'ephemeral', documentId: this.options.documentId, data })
  }

  #onTimer(): void {
    const now = this.options.now()
    if (this.#presence.expire(now)) this.options.onPresence(this.#presence.list())
    this.#announce()
    if (now >= this.#keepAt) void this.#keep([])
    if (now >= this.#client.deadline()) this.#handle({ type: 'time' })
    else this.#setTimer()
  }

  #setTimer(): void {
    this.#cancelTimer()
    if (this.#closed) return
    const due = Math.min(this.#client.deadline(), this.#presence.deadline(), this.#keepAt)
    if (due < Infinity) this.#cancelTimer = this.edges.later(() => this.#onTimer(), Math.max(0, due - this.options.now()))
  }
}
