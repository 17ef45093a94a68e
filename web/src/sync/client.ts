/**
 * The sync client of one text: a state machine. Events go in, effects come out; time is an argument and nothing here waits.
 *
 *     const client = new TextClient(replica, { serverHeads: [] })
 *     perform(client.handle(now, { type: 'up' }))                 // → send a question
 *     perform(client.handle(now, { type: 'frame', frame }))       // → ask for a paint
 *     perform(client.handle(now, { type: 'paint' }))              // → everything that came, in one `receive`; store; state
 *
 * How a connection goes: **ask** with the heads the server is known to have; its answer brings what we lack and says what it
 * has committed (**server heads**); what the document holds beyond those is **unsaved** and is sent. From then on each local
 * change is sent as it comes, and each frame of the server moves the server heads. "Saved" is `unsaved = 0`: there is no
 * list of pending changes that could be wrong, only the question what the document has that the server has not.
 *
 * Promises
 * - Frames that arrive between two paints reach the replica as one `receive`.
 * - A change the server has acknowledged in its heads is never sent again; others are sent again on a new connection.
 * - After a refusal nothing more is sent; what others write still arrives.
 * - A connection that takes our changes and stays silent is given up (`reconnect`), never trusted.
 *
 * What is not known here: sockets, CBOR frames, IndexedDB, presence.
 */
import type { TextFrame } from './frames'
import { question, readMessage, statement } from './message'
import type { ServerMessage } from './message'
import type { Hash, Replica } from './replica'
import { saveState, sameState } from './savestate'
import type { SaveState } from './savestate'
import { parts, tooLarge } from './upload'

export type ClientEvent =
  /** The connection is ready, or ready again. */
  | { type: 'up' }
  /** There is no connection; `code` says why when it is known. */
  | { type: 'down'; code: string | null }
  | { type: 'frame'; frame: Exclude<TextFrame, { type: 'ephemeral' }> }
  /** The screen is about to be painted (or would be, in a hidden window): time to take in what came. */
  | { type: 'paint' }
  /** The document has new local changes. They are shown as unsaved, and not sent before `stored`. */
  | { type: 'local' }
  /** Local changes are on this device, or cannot be put there: either way they go out. */
  | { type: 'stored' }
  /** Whether this device could keep what it was given last. */
  | { type: 'device'; keeps: boolean }
  /** The replica was emptied: begin again from the server's text. */
  | { type: 'restart' }
  /** The moment named by `deadline()` has come. */
  | { type: 'time' }

export type Effect =
  | { type: 'send'; kind: 'request' | 'sync'; data: Uint8Array }
  | { type: 'paint' }
  /** Keep these on the device; `serverHeads` are committed at the server, and all in the replica. */
  | { type: 'store'; chunks: Uint8Array[]; serverHeads: Hash[] }
  | { type: 'state'; state: SaveState }
  | { type: 'refused'; code: string; message: string; setAside: string | null }
  /** The connection is silent or says what makes no sense: open a new one. */
  | { type: 'reconnect'; code: string }

/** After taking in what others wrote we say so this much later, once for all that came. */
const ACKNOWLEDGE_AFTER_MS = 250
/** A question or an upload without any answer for this long means a dead line; more for a slow one (see `offer`). */
const ANSWER_WITHIN_MS = 15_000
/** The slowest line we wait for when working out how long an upload may take. */
const SLOW_LINE_BYTES_PER_MS = 16
/** Refusals that say nothing about the change: the server cannot store at the moment. */
const PASSING: ReadonlySet<string> = new Set(['storage_failed', 'storage_full'])
/** Between two attempts after the server could not store something. */
const TRY_AGAIN_AFTER_MS = 5_000

export class TextClient {
  readonly #replica: Replica
  #line: 'untried' | 'up' | 'down' = 'untried'
  #downCode: string | null = null
  #answered = false
  /** Committed at the server and known here. */
  #serverHeads: Hash[]
  /** What was offered on this connection: `since` these and the server's heads is still to be sent. */
  #offered: Hash[] = []
  /** Named by the server on this connection, but what they stand for has not all come. */
  #awaitedHeads: Hash[] = []
  #inbox: ServerMessage[] = []
  #unavailable = false
  #refusal: string | null = null
  #trouble: string | null = null
  /** `missing_dependencies` was answered with a new question; the second time it is a refusal. */
  #askedAgain = false
  #deviceKeeps = true
  #savedAt: number | null = null
  #acknowledgeAt = Infinity
  #answerBy = Infinity
  #tryAgainAt = Infinity
  #shown: SaveState | null = null

  /** `serverHeads`: as the device's store remembers them; empty when it holds nothing. */
  constructor(replica: Replica, remembered: { serverHeads: Hash[] }) {
    this.#replica = replica
    this.#serverHeads = replica.known(remembered.serverHeads)
  }

  handle(now: number, event: ClientEvent): Effect[] {
    const effects = [...this.#react(now, event)]
    const state = this.state()
    if (this.#shown === null || !sameState(this.#shown, state)) {
      this.#shown = state
      // First: another effect may lead to the next event, and its state is newer than this one.
      effects.unshift({ type: 'state', state })
    }
    return effects
  }

  /** When `time` is due; `Infinity` while nothing waits. */
  deadline(): number {
    return Math.min(this.#acknowledgeAt, this.#answerBy, this.#tryAgainAt)
  }

  /** The server's committed heads, as far as known here: the base of everything unsaved. */
  serverHeads(): Hash[] {
    return [...this.#serverHeads]
  }

  state(): SaveState {
    return saveState({
      line: this.#line,
      answered: this.#answered,
      empty: this.#replica.isEmpty(),
      unavailable: this.#unavailable,
      refusal: this.#refusal,
      trouble: this.#trouble,
      downCode: this.#downCode,
      deviceKeeps: this.#deviceKeeps,
      unsavedChanges: this.#replica.countSince(this.#serverHeads),
      savedAt: this.#savedAt,
    })
  }

  #react(now: number, event: ClientEvent): Effect[] {
    switch (event.type) {
      case 'up':
        this.#line = 'up'
        this.#downCode = null
        this.#unavailable = false
        this.#askedAgain = false
        return this.#ask(now)
      case 'down':
        return this.#goDown(event.code)
      case 'frame':
        return this.#hear(now, event.frame)
      case 'paint':
        return this.#takeIn(now)
      case 'local':
        return []
      case 'stored':
        return this.#offer(now)
      case 'device':
        this.#deviceKeeps = event.keeps
        return []
      case 'restart':
        this.#serverHeads = []
        this.#inbox = []
        this.#refusal = null
        this.#trouble = null
        this.#savedAt = null
        return this.#line === 'up' ? this.#ask(now) : []
      case 'time':
        return this.#onTime(now)
    }
  }

  #ask(now: number): Effect[] {
    this.#answered = false
    this.#offered = []
    this.#awaitedHeads = []
    this.#acknowledgeAt = this.#tryAgainAt = Infinity
    this.#answerBy = now + ANSWER_WITHIN_MS
    return [{ type: 'send', kind: this.#replica.isEmpty() ? 'request' : 'sync', data: question(this.#serverHeads) }]
  }

  #goDown(code: string | null): Effect[] {
    // What came but was not painted is dropped: the next answer brings it again.
    this.#inbox = []
    this.#line = 'down'
    this.#downCode = code
    this.#answered = false
    this.#acknowledgeAt = this.#answerBy = this.#tryAgainAt = Infinity
    return []
  }

  #hear(now: number, frame: Exclude<TextFrame, { type: 'ephemeral' }>): Effect[] {
    if (this.#line !== 'up') return []
    switch (frame.type) {
      case 'sync': {
        const first = this.#inbox.length === 0
        this.#inbox.push(readMessage(frame.data))
        return first ? [{ type: 'paint' }] : []
      }
      case 'doc-unavailable':
        this.#unavailable = true
        this.#answerBy = Infinity
        return []
      case 'error':
        return this.#hearRefusal(now, frame)
    }
  }

  #hearRefusal(now: number, { code, message, setAside }: Extract<TextFrame, { type: 'error' }>): Effect[] {
    this.#answerBy = Infinity
    if (PASSING.has(code)) {
      this.#trouble = code
      this.#tryAgainAt = now + TRY_AGAIN_AFTER_MS
      return []
    }
    if (code === 'missing_dependencies') {
      // What they depend on could not be stored just now, and goes first when we try again.
      if (this.#tryAgainAt < Infinity) return []
      if (!this.#askedAgain) {
        // The two sides see the history differently: compare once more before bothering anybody.
        this.#askedAgain = true
        return this.#ask(now)
      }
    }
    if (this.#replica.countSince(this.#serverHeads) === 0) {
      // Nothing written here is at stake: a passing word, not a refusal of somebody's work.
      this.#trouble = code
      return []
    }
    return this.#refuse(code, message, setAside)
  }

  /** The first refusal is the reason; those that follow in its wake are not. */
  #refuse(code: string, message: string, setAside: string | null = null): Effect[] {
    if (this.#refusal !== null) return []
    this.#refusal = code
    this.#answerBy = this.#tryAgainAt = Infinity
    return [{ type: 'refused', code, message, setAside }]
  }

  #takeIn(now: number): Effect[] {
    const messages = this.#inbox
    if (messages.length === 0) return []
    this.#inbox = []
    const chunks = messages.flatMap(message => message.chunks)
    const wasUnsaved = this.#replica.countSince(this.#serverHeads) > 0
    const news = chunks.length > 0 ? this.#replica.receive(chunks) : []
    const keep = { type: 'store', chunks: news } as const
    if (!this.#learnHeads(messages.flatMap(message => message.heads))) {
      // The heads run ahead of what has come: an answer read from the disk may arrive after newer words. It is awaited.
      this.#answerBy = Math.min(this.#answerBy, now + ANSWER_WITHIN_MS)
      return [{ ...keep, serverHeads: this.serverHeads() }]
    }
    // Whatever came, the line is alive.
    this.#answerBy = Infinity
    if (messages.some(message => message.need.length > 0)) this.#offered = []
    if (this.#replica.countSince(this.#serverHeads) === 0) {
      if (wasUnsaved || !this.#answered) this.#savedAt = now
      this.#trouble = null
      this.#askedAgain = false
    } else if (this.#refusal === null) {
      this.#answerBy = now + ANSWER_WITHIN_MS
    }
    this.#answered = true
    if (news.length > 0) this.#acknowledgeAt = Math.min(this.#acknowledgeAt, now + ACKNOWLEDGE_AFTER_MS)
    return [{ ...keep, serverHeads: this.serverHeads() }, ...this.#offer(now)]
  }

  /**
   * Takes note of heads the server named. False while something of them, or of the text itself, has not come.
   *
   * Frames may overtake each other, so within a connection heads are added to what is known to be committed; the first
   * answer of a connection replaces it, because a server restored from a copy may have less than before.
   */
  #learnHeads(named: readonly Hash[]): boolean {
    const awaited = [...new Set([...this.#awaitedHeads, ...named])]
    const known = this.#replica.known(awaited)
    this.#awaitedHeads = known.length < awaited.length ? awaited : []
    if (this.#awaitedHeads.length > 0 || this.#replica.isEmpty()) return false

    const before = this.#answered ? this.#serverHeads.filter(head => !known.includes(head)) : []
    const both = [...known, ...before]
    const beforeAddsSomething = before.length > 0 && this.#replica.countSince(both) < this.#replica.countSince(known)
    this.#serverHeads = beforeAddsSomething ? both : known
    return true
  }

  /** Sends what the server has not and was not offered on this connection. */
  #offer(now: number): Effect[] {
    if (this.#line !== 'up' || !this.#answered || this.#refusal !== null || this.#tryAgainAt < Infinity) return []
    const changes = this.#replica.since([...this.#serverHeads, ...this.#offered])
    if (changes.length === 0) return []
    if (tooLarge(changes)) return this.#refuse('change_too_large', '')

    const heads = this.#replica.heads()
    const messages = parts(changes)
    const bytes = changes.reduce((size, change) => size + change.length, 0)
    this.#offered = heads
    this.#acknowledgeAt = Infinity
    // The oldest upload still unanswered decides: steady typing must not keep a dead line alive.
    this.#answerBy = Math.min(this.#answerBy, now + ANSWER_WITHIN_MS + bytes / SLOW_LINE_BYTES_PER_MS)
    return messages.map((part, i) => {
      // Heads are named once all that leads to them has been sent; before, only what the server has anyway.
      const named = i === messages.length - 1 ? heads : this.#serverHeads
      return { type: 'send', kind: 'sync', data: statement(named, this.#serverHeads, part) }
    })
  }

  #onTime(now: number): Effect[] {
    if (now >= this.#answerBy) {
      this.#answerBy = Infinity
      return [{ type: 'reconnect', code: 'no_answer' }]
    }
    if (now >= this.#tryAgainAt) {
      this.#tryAgainAt = Infinity
      this.#offered = []
      return this.#offer(now)
    }
    if (now >= this.#acknowledgeAt) {
      this.#acknowledgeAt = Infinity
      return [{ type: 'send', kind: 'sync', data: statement(this.#serverHeads, this.#serverHeads, []) }]
    }
    return []
  }
}
