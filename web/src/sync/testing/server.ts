/**
 * A server for tests that says what the real one says: the rules of `crdt::sync::room` (SYN1–SYN8) over Automerge's own
 * change graph. Nothing is relayed, and nothing is named in heads, before `commit`.
 *
 * It can be unkind on purpose: `refuse` turns changes down, `holdAnswers` lets newer words overtake an answer, `crash` loses
 * what was not committed.
 */
import * as A from '@automerge/automerge/slim'
import { decode, encode } from 'cborg'
import type { Hash, TextDoc } from '../replica'
import { replicaDoc } from './texts'

/** What leaves the server: a frame for one connection, or its end. */
export type Outgoing = { to: string; frame: Uint8Array } | { to: string; close: number }

interface Guest { resent: boolean; waiting: Uint8Array[] }
interface Fields { type: string; senderId: string; documentId: string; data: Uint8Array; sessionId: string; count: number }

export class ServerModel {
  /** Why these changes may not pass, or `null`. Asked for every message that brings changes. */
  refuse: (connection: string, changes: Uint8Array[]) => { code: string; message: string } | null = () => null
  /** While true, answers wait in `heldAnswers`; relayed frames do not. */
  holdAnswers = false
  /** Every document id unknown here is unavailable. */
  readonly #rooms = new Map<string, Room>()
  readonly #peers = new Map<string, string>()
  readonly #out: Outgoing[] = []
  readonly #held: Outgoing[] = []

  /** Changes that came in sync messages, echoes included: what an upload cost. */
  changesReceived = 0

  addText(documentId: string, doc: TextDoc): void {
    this.#rooms.set(documentId, new Room(doc))
  }

  /** The committed text. */
  text(documentId: string): string {
    return this.#rooms.get(documentId)!.committed.text
  }

  heads(documentId: string): Hash[] {
    return A.getHeads(this.#rooms.get(documentId)!.committed)
  }

  /** What is to be sent since the last call, in order. */
  takeOutgoing(): Outgoing[] {
    return this.#out.splice(0)
  }

  releaseAnswers(): void {
    this.holdAnswers = false
    this.#out.push(...this.#held.splice(0))
  }

  hear(connection: string, frame: Uint8Array): void {
    const fields = decode(frame) as Fields
    if (fields.type === 'join') {
      this.#peers.set(connection, fields.senderId)
      this.#say(connection, { type: 'peer', selectedProtocolVersion: '1', peerMetadata: { storageId: 'store', isEphemeral: false } })
      return
    }
    const room = this.#rooms.get(fields.documentId)
    if (fields.type === 'ephemeral') {
      if (fields.senderId === this.#peers.get(connection) && room?.guests.has(connection)) this.#passOn(connection, fields)
    } else if (room === undefined) {
      this.#say(connection, { type: 'doc-unavailable', documentId: fields.documentId })
    } else {
      this.#hearSync(connection, fields.documentId, room, A.decodeSyncMessage(fields.data))
    }
  }

  /** Makes what waits durable, and only then shows it to everybody, its authors included. */
  commit(): void {
    for (const [documentId, room] of this.#rooms) {
      const changes = room.queue.splice(0)
      if (changes.length === 0) continue
      room.committed = A.applyChanges(room.committed, changes)[0]
      for (const guest of room.guests.keys()) this.#saySync(guest, documentId, room, changes, [])
    }
  }

  /** The connection is gone. */
  left(connection: string): void {
    this.#peers.delete(connection)
    for (const [documentId, room] of this.#rooms) {
      if (!room.guests.delete(connection)) continue
      const data = encode({ v: 1, gone: true, seat: SEAT_OF(connection), connection })
      for (const other of room.guests.keys()) this.#say(other, { type: 'ephemeral', documentId, sessionId: 's', count: 1, data })
    }
  }

  /** The machine stops: what was not committed is gone, and so is every connection. */
  crash(): void {
    for (const room of this.#rooms.values()) {
      room.queue = []
      room.guests.clear()
    }
    this.#peers.clear()
    this.#out.length = this.#held.length = 0
  }

  /** Closes one connection with a code. */
  close(connection: string, code: number): void {
    this.#out.push({ to: connection, close: code })
    this.left(connection)
  }

  #hearSync(connection: string, documentId: string, room: Room, message: A.DecodedSyncMessage): void {
    const first = !room.guests.has(connection)
    const guest = room.guests.get(connection) ?? { resent: false, waiting: [] }
    room.guests.set(connection, guest)
    this.changesReceived += message.changes.length

    let fresh = 0
    const refusal = message.changes.length > 0 ? this.refuse(connection, message.changes) : null
    if (refusal !== null) this.#say(connection, { type: 'error', documentId, ...refusal })
    else fresh = room.takeIn(guest, message.changes)

    const known = message.heads.filter(head => room.holds(head))
    const unknown = known.length < message.heads.length
    const reset = message.have.length === 1 && message.have[0]!.lastSync.length === 0 && message.changes.length === 0
    if (!unknown && known.length > 0) guest.resent = false
    const startsOver = reset && !guest.resent
    guest.resent ||= reset && !first
    const wanted = first || startsOver ? room.since(known, unknown, message) : []
    const need = room.lacking(guest)
    const onlyEchoes = message.changes.length > 0 && fresh === 0
    if (wanted.length > 0 || need.length > 0 || first || reset || unknown || onlyEchoes) {
      this.#saySync(connection, documentId, room, wanted, need, this.holdAnswers ? this.#held : this.#out)
    }
  }

  #passOn(connection: string, fields: Fields): void {
    const { caret, anchor } = decode(fields.data) as { caret: string | null; anchor: string | null }
    const data = encode({ v: 1, caret, anchor, seat: SEAT_OF(connection), connection })
    const room = this.#rooms.get(fields.documentId)!
    for (const other of room.guests.keys()) {
      if (other !== connection) this.#say(other, { type: 'ephemeral', documentId: fields.documentId, sessionId: 's', count: 1, data })
    }
  }

  #saySync(to: string, documentId: string, room: Room, changes: Uint8Array[], need: Hash[], out = this.#out): void {
    const heads = A.getHeads(room.committed)
    const data = A.encodeSyncMessage({ heads, need, have: [{ lastSync: heads, bloom: new Uint8Array(0) }], changes })
    this.#say(to, { type: 'sync', documentId, data }, out)
  }

  #say(to: string, fields: Record<string, unknown>, out = this.#out): void {
    out.push({ to, frame: encode({ senderId: 'borrador', targetId: this.#peers.get(to) ?? '*', ...fields }) })
  }
}

/** In tests a connection is named after the seat that opened it: `SEAT/3`. */
const SEAT_OF = (connection: string) => connection.split('/')[0]!

class Room {
  committed: TextDoc
  queue: Uint8Array[] = []
  readonly guests = new Map<string, Guest>()

  constructor(doc: TextDoc) {
    this.committed = replicaDoc(doc)
  }

  holds(hash: Hash): boolean {
    return A.hasHeads(this.committed, [hash]) || this.queue.some(change => A.decodeChange(change).hash === hash)
  }

  /** Queues what is new and applicable; the rest waits for its dependencies. Returns how many were new. */
  takeIn(guest: Guest, changes: Uint8Array[]): number {
    let fresh = 0
    let left = [...guest.waiting, ...changes]
    for (let progress = true; progress;) {
      progress = false
      const again: Uint8Array[] = []
      for (const change of left) {
        const { hash, deps } = A.decodeChange(change)
        if (this.holds(hash)) continue
        if (deps.every(dep => this.holds(dep))) {
          this.queue.push(change)
          fresh += 1
          progress = true
        } else again.push(change)
      }
      left = again
    }
    guest.waiting = left
    return fresh
  }

  lacking({ waiting }: Guest): Hash[] {
    const held = waiting.map(change => A.decodeChange(change))
    const lacking = held.flatMap(({ deps }) => deps.filter(dep => !this.holds(dep) && !held.some(({ hash }) => hash === dep)))
    return [...new Set(lacking)]
  }

  since(known: Hash[], unknown: boolean, message: A.DecodedSyncMessage): Uint8Array[] {
    const hints = unknown ? (message.have[0]?.lastSync ?? []) : []
    const base = [...known, ...hints].filter(hash => A.hasHeads(this.committed, [hash]))
    return base.length === 0 ? [A.save(this.committed)] : A.getChangesSince(this.committed, base)
  }
}
