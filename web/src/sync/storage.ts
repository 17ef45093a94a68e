/**
 * What this device keeps: for each seat a database, for each text one snapshot and the changes that came after it.
 *
 * Several windows may have the same text open. Each appends what it writes and what it receives; a change that two of them
 * append is the same change, and reading takes it once. Compaction reads what is in the store, not what a window believes, so
 * it loses nothing of another window.
 *
 * A text that is *started again* (its local changes were refused) gets a new **epoch**. A window that still holds the old
 * text is told by [[StartedAgain]] when it next appends, and starts again too: refused changes cannot seep back in.
 */
import { FrameError } from './frames'
import { LastWordsDrawer } from './lastwords'
import { compacted, joined } from './replica'
import type { Hash } from './replica'

/** A text as the device has it. */
export interface StoredText {
  epoch: number
  /** To be opened in one piece; in front, if there is one, the snapshot. */
  chunks: Uint8Array[]
  /** What the server had committed when this was written. All of it is in `chunks`; two windows may leave an older one. */
  serverHeads: Hash[]
}

/** Local changes the server refused, as the file a person can keep. */
export interface StoredRescue {
  text: string
  /** Milliseconds of the service's clock. */
  at: number
  file: string
}

export interface TextStore {
  /** With no chunks when the device has nothing of it. Chunks come as they were kept, damaged ones too. */
  open(textId: string): Promise<StoredText>
  /** Adds chunks in order. Resolves when they are durable; rejects with [[StartedAgain]] when `epoch` is over. */
  append(textId: string, epoch: number, chunks: readonly Uint8Array[], serverHeads: readonly Hash[]): Promise<void>
  /**
   * Keeps chunks before it returns, for a page that goes away and cannot wait for `append`. `open` gives them with the others, unless
   * the epoch is over by then. Called again it keeps the new chunks instead. Throws when the browser has no room.
   */
  appendAtOnce(textId: string, epoch: number, chunks: readonly Uint8Array[]): void
  /** Keeps the rescue and forgets the text, both or neither. Returns the new epoch. */
  startAgain(textId: string, rescue: StoredRescue): Promise<number>
  rescues(): Promise<StoredRescue[]>
  /** The texts of which the device has anything. */
  texts(): Promise<string[]>
  close(): void
}

/** Another window started this text again; what this one holds is the old text. */
export class StartedAgain extends Error {
  constructor() {
    super('the text was started again in another window')
    this.name = 'StartedAgain'
  }
}

interface TextRow { text: string; epoch: number; snapshot: Uint8Array | null; serverHeads: Hash[] }
interface ChangeRow { text: string; bytes: Uint8Array }

const VERSION = 1
/** Beyond either of these a text is compacted when it is opened: loading stays as fast as loading a snapshot. */
const COMPACT_ABOVE_ROWS = 200
const COMPACT_ABOVE_BYTES = 256 * 1024

/** The store of a seat. Rejects when the browser refuses one (private windows of some browsers, a full disk). */
export async function openStore(seat: string, factory: IDBFactory = indexedDB, drawer: Storage = localStorage): Promise<TextStore> {
  const request = factory.open(`borrador-${seat}`, VERSION)
  request.onupgradeneeded = () => {
    request.result.createObjectStore('texts', { keyPath: 'text' })
    request.result.createObjectStore('changes', { autoIncrement: true }).createIndex('text', 'text')
    request.result.createObjectStore('rescues', { autoIncrement: true })
  }
  return new IndexedTextStore(await answer(request), new LastWordsDrawer(seat, drawer))
}

class IndexedTextStore implements TextStore {
  constructor(private readonly database: IDBDatabase, private readonly drawer: LastWordsDrawer) {
    // A newer page in another window wants to change the layout: let it. This window keeps working without its store.
    database.onversionchange = () => database.close()
  }

  async open(textId: string): Promise<StoredText> {
    const { words, forget } = this.drawer.take(textId)
    const stored = await this.#transact(['texts', 'changes'], 'readwrite', async rows => {
      const row = await answer<TextRow | undefined>(rows.objectStore('texts').get(textId))
      const kept = row ?? { text: textId, epoch: 0, snapshot: null, serverHeads: [] }
      const { epoch, serverHeads } = kept
      const last = words.filter(each => each.epoch === epoch)
      if (row === undefined && last.length === 0) return { epoch, chunks: [], serverHeads }

      const changes = await answer<ChangeRow[]>(rows.objectStore('changes').index('text').getAll(textId))
      const tail = [...changes, ...last].map(({ bytes }) => bytes)
      const chunks = kept.snapshot ? [kept.snapshot, ...tail] : tail
      const snapshot = isLong(tail) ? snapshotOf(chunks) : null
      if (snapshot === null) {
        if (row === undefined) rows.objectStore('texts').put(kept satisfies TextRow)
        for (const { bytes } of last) rows.objectStore('changes').add({ text: textId, bytes } satisfies ChangeRow)
        return { epoch, chunks, serverHeads }
      }
      rows.objectStore('texts').put({ ...kept, snapshot } satisfies TextRow)
      await forgetChanges(rows, textId)
      return { epoch, chunks: [snapshot], serverHeads }
    })
    forget()
    return stored
  }

  append(textId: string, epoch: number, chunks: readonly Uint8Array[], serverHeads: readonly Hash[]): Promise<void> {
    return this.#transact(['texts', 'changes'], 'readwrite', async rows => {
      const row = await answer<TextRow | undefined>(rows.objectStore('texts').get(textId))
      if ((row?.epoch ?? 0) !== epoch) throw new StartedAgain()
      const kept = { text: textId, epoch, snapshot: row?.snapshot ?? null, serverHeads: [...serverHeads] }
      rows.objectStore('texts').put(kept satisfies TextRow)
      if (chunks.length > 0) rows.objectStore('changes').add({ text: textId, bytes: joined(chunks) } satisfies ChangeRow)
    })
  }

  appendAtOnce(textId: string, epoch: number, chunks: readonly Uint8Array[]): void {
    this.drawer.put(textId, { epoch, bytes: joined(chunks) })
  }

  startAgain(textId: string, rescue: StoredRescue): Promise<number> {
    return this.#transact(['texts', 'changes', 'rescues'], 'readwrite', async rows => {
      rows.objectStore('rescues').add(rescue)
      const row = await answer<TextRow | undefined>(rows.objectStore('texts').get(textId))
      const epoch = (row?.epoch ?? 0) + 1
      rows.objectStore('texts').put({ text: textId, epoch, snapshot: null, serverHeads: [] } satisfies TextRow)
      await forgetChanges(rows, textId)
      return epoch
    })
  }

  rescues(): Promise<StoredRescue[]> {
    return this.#transact(['rescues'], 'readonly', rows => answer<StoredRescue[]>(rows.objectStore('rescues').getAll()))
  }

  texts(): Promise<string[]> {
    return this.#transact(['texts'], 'readonly', async rows => (await answer(rows.objectStore('texts').getAllKeys())).map(String))
  }

  close(): void {
    this.database.close()
  }

  /** Resolves when the work is done *and* on disk. Work throws before it writes, or not at all. */
  async #transact<T>(stores: string[], mode: IDBTransactionMode, work: (rows: IDBTransaction) => Promise<T>): Promise<T> {
    const rows = this.database.transaction(stores, mode, { durability: 'strict' })
    const [result] = await Promise.all([work(rows), finished(rows)])
    return result
  }
}

/** `null` when there is no snapshot to be had: what is damaged is for the opener to find and to set aside. */
function snapshotOf(chunks: readonly Uint8Array[]): Uint8Array | null {
  try {
    return compacted(chunks)
  } catch (error) {
    if (error instanceof FrameError) return null
    throw error
  }
}

function isLong(tail: readonly Uint8Array[]): boolean {
  const bytes = tail.reduce((size, chunk) => size + chunk.length, 0)
  return tail.length > COMPACT_ABOVE_ROWS || bytes > COMPACT_ABOVE_BYTES
}

async function forgetChanges(rows: IDBTransaction, textId: string): Promise<void> {
  const changes = rows.objectStore('changes')
  for (const key of await answer(changes.index('text').getAllKeys(textId))) changes.delete(key)
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('the database did not answer'))
  })
}

function finished(rows: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    rows.oncomplete = () => resolve()
    rows.onabort = rows.onerror = () => reject(rows.error ?? new Error('the database gave up'))
  })
}
