/**
 * One text as the sync client sees it: a change graph it can ask, and a place to put what the server sends.
 *
 * The Automerge document itself belongs to the editor. Every version of a document shares one engine (its *backend*), and
 * the editor applies what it is given at once, so asking the backend always answers for the text as it stands.
 *
 * What is not known here: sockets, storage, ProseMirror.
 */
import * as A from '@automerge/automerge/slim'
import { FrameError } from './frames'

/** 64 hexadecimal digits: the name of a change. */
export type Hash = string
/** A text in Automerge: `{schema: 1, text: Text}`. */
export type TextDoc = A.Doc<{ schema: number; text: string }>

/** What [[TextClient]] needs of a text. */
export interface Replica {
  /** Nothing of it has arrived yet: there is no document. */
  isEmpty(): boolean
  heads(): Hash[]
  /** Those of `heads` that this replica holds. */
  known(heads: readonly Hash[]): Hash[]
  /** The changes that are not `heads` or their ancestors, in an order in which they apply. All of `heads` must be known. */
  since(heads: readonly Hash[]): Uint8Array[]
  /** How many `since` would return; cheap. */
  countSince(heads: readonly Hash[]): number
  /**
   * Takes in what the server sent: changes, and possibly a whole document. Throws [[FrameError]] when they cannot be read. What builds on
   * something that has not come waits inside; an empty replica stays empty until it is whole.
   *
   * Returns the chunks that were news: the server sends everybody the same frames, and so our own changes back to us.
   */
  receive(chunks: readonly Uint8Array[]): Uint8Array[]
}

export interface ReplicaListener {
  /** The document exists now. Called again after [[AutomergeReplica.reset]], with a new document. */
  onReady(doc: TextDoc): void
  /** To be applied to that document before returning. */
  onRemote(changes: Uint8Array[]): void
}

export class AutomergeReplica implements Replica {
  #doc: TextDoc | null = null
  /** Came while there was no document, and does not make one yet. */
  #early: Uint8Array[] = []

  /** `seat` is the UUID whose 16 bytes become the author of what is written here. */
  constructor(private readonly seat: string, private readonly listener: ReplicaListener) {}

  isEmpty(): boolean {
    return this.#doc === null
  }

  heads(): Hash[] {
    return this.#doc === null ? [] : this.#backend().getHeads()
  }

  known(heads: readonly Hash[]): Hash[] {
    if (this.#doc === null) return []
    const backend = this.#backend()
    return heads.filter(hash => backend.getChangeMetaByHash(hash) !== null)
  }

  since(heads: readonly Hash[]): Uint8Array[] {
    return this.#doc === null ? [] : this.#backend().getChanges([...heads])
  }

  countSince(heads: readonly Hash[]): number {
    return this.#doc === null ? 0 : this.#backend().getChangesMeta([...heads]).length
  }

  receive(chunks: readonly Uint8Array[]): Uint8Array[] {
    if (this.#doc === null) {
      this.#early.push(...chunks)
      if (this.open(this.#early)) this.#early = []
      return [...chunks]
    }
    const news = this.#newsIn(chunks)
    if (news.length > 0) this.listener.onRemote(news)
    return news
  }

  /**
   * Makes the document from a snapshot and changes, in one piece: far cheaper than applying them. Throws
   * [[FrameError]] when they cannot be read; false, and still empty, when they do not yet make a text.
   */
  open(chunks: readonly Uint8Array[]): boolean {
    const doc = load(chunks)
    if (A.getHeads(doc).length === 0) return false
    // `load` ignores an author. Setting it draws a fresh actor: two windows never write under one name.
    A.getBackend(doc).setAuthor(authorOf(this.seat))
    this.#doc = doc
    this.listener.onReady(doc)
    return true
  }

  /** Forgets the document; the next chunks make a new one. */
  reset(): void {
    this.#doc = null
    this.#early = []
  }

  /** The text itself and the passages written since `heads`, for people to read in a rescue file. */
  words(heads: readonly Hash[]): { whole: string; written: string[] } {
    if (this.#doc === null) return { whole: '', written: [] }
    const backend = this.#backend()
    const patches = backend.diff([...heads], backend.getHeads())
    const written = patches.flatMap(patch => (patch.action === 'splice' ? [patch.value] : []))
    return { whole: plainText(backend), written }
  }

  #backend() {
    return A.getBackend(this.#doc!)
  }

  /** The changes that are not held yet. A whole document is taken apart: an open one only applies changes. */
  #newsIn(chunks: readonly Uint8Array[]): Uint8Array[] {
    const changes = chunks.some(isDocument) ? A.getAllChanges(load(chunks)) : chunks
    const backend = this.#backend()
    return changes.filter(change => backend.getChangeMetaByHash(hashOf(change)) === null)
  }
}

/** A seat's UUID as Automerge spells an author: its bytes in hexadecimal. */
export function authorOf(seat: string): string {
  return seat.replaceAll('-', '').toLowerCase()
}

/**
 * One chunk that holds all of these; `null` when a change still lacks what it builds on. Throws [[FrameError]] when they
 * cannot be read.
 */
export function compacted(chunks: readonly Uint8Array[]): Uint8Array | null {
  const doc = load(chunks)
  return A.getMissingDeps(doc, []).length === 0 ? A.save(doc) : null
}

/** In any order; a change whose dependencies are missing waits inside the document. */
function load(chunks: readonly Uint8Array[]): TextDoc {
  return readable('a text', () => A.load(joined(chunks), { allowMissingChanges: true }))
}

function hashOf(change: Uint8Array): Hash {
  return readable('a change', () => A.decodeChange(change).hash)
}

/** The library reports damaged bytes by throwing whatever its engine said. */
function readable<T>(what: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new FrameError(`not ${what}: ${String(cause)}`, { cause })
  }
}

/** One array of bytes from many. Automerge reads chunks written one after the other. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

/** How a block marker shows in the plain text. */
const BLOCK_MARKER = '\ufffc'

/** Chunks are `magic (4) checksum (4) type (1) …`; type 0 is a document, 1 a change, 2 a compressed change. */
function isDocument(chunk: Uint8Array): boolean {
  return chunk[8] === 0
}

function plainText(backend: ReturnType<typeof A.getBackend>): string {
  const absent = backend.get('_root', 'text') === undefined
  return absent ? '' : backend.text('/text').replaceAll(BLOCK_MARKER, '\n').trim()
}
