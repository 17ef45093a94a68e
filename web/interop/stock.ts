/**
 * Somebody who uses automerge-repo as its authors publish it: a `Repo`, a `WebSocketClientAdapter`, and the address of `/sync` with a ticket,
 * since the adapter can set no headers. Nothing of Borrador's own client takes part.
 */
import { next as A } from '@automerge/automerge'
import { Repo, type AutomergeUrl, type DocHandle } from '@automerge/automerge-repo'
import { WebSocketClientAdapter } from '@automerge/automerge-repo-network-websocket'
import { eventually } from '../browser/harness/eventually'
import type { Service } from '../browser/harness/service'

const PAPER = 'ciudades-migracion-inclusion'
const LANGUAGE = 'en'
/** automerge-repo's own default is five seconds. */
const RETRY_MS = 200

interface PaperText {
  schema: number
  text: string
}

export class Stock {
  private constructor(
    readonly seat: string,
    readonly repo: Repo,
    readonly handle: DocHandle<PaperText>,
    private readonly adapter: WebSocketClientAdapter,
  ) {}

  /** Signs in, fetches a ticket, and opens the first chapter. */
  static async enters(service: Service, name: string): Promise<Stock> {
    const { seat, ticket, url } = await admitted(service, name)
    const socket = `${service.url.replace('http', 'ws')}/sync?ticket=${ticket}&seat=${seat}`
    const adapter = new WebSocketClientAdapter(socket, RETRY_MS)
    const repo = new Repo({ network: [adapter] })
    const handle = await repo.find<PaperText>(url)
    return new Stock(seat, repo, handle, adapter)
  }

  words(): string {
    return this.handle.doc().text
  }

  heads(): string[] {
    return [...A.getHeads(this.handle.doc())].sort()
  }

  /** Types at the end of the text. */
  types(words: string): void {
    this.handle.change((doc) => A.splice(doc, ['text'], doc.text.length, 0, words))
  }

  /** Resolves when these words are in the text. */
  async sees(words: string): Promise<void> {
    await eventually(`seeing ${words}`, () => Promise.resolve(this.words().includes(words)), Boolean)
  }

  /** What automerge-repo knows of the server's copy: everything in it is saved. */
  async isSaved(): Promise<void> {
    const peer = this.adapter.remotePeerId
    const storage = peer && this.repo.getStorageIdOfPeer(peer)
    if (!storage) throw new Error('the server names its storage')
    const heads = (): string[] => [...(this.handle.getSyncInfo(storage)?.lastHeads ?? [])].sort()
    const own = (): string[] => [...this.handle.heads()].sort()
    await eventually('being saved', () => Promise.resolve([heads(), own()] as const), ([theirs, ours]) => `${theirs}` === `${ours}`)
  }

  async leaves(): Promise<void> {
    await this.repo.shutdown()
  }
}

/** Both have the same text, made by the same changes. */
export async function meet(...people: Stock[]): Promise<void> {
  const heads = (): Promise<string[]> => Promise.resolve(people.map((person) => person.heads().join()))
  await eventually('having the same changes', heads, (all) => new Set(all).size === 1)
}

async function admitted(service: Service, name: string): Promise<{ seat: string; ticket: string; url: AutomergeUrl }> {
  const token = new URL(service.linkOf(name)).hash.slice(1)
  const signedIn = await fetch(`${service.url}/api/v1/sign-in`, posting({ token }))
  const me = (await signedIn.json()) as { seats: { id: string }[] }
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0]
  const seat = me.seats[0]?.id
  if (!cookie || !seat) throw new Error(`${name} could not sign in: ${signedIn.status}`)

  const paper = (await (await fetch(`${service.url}/api/v1/papers/${PAPER}`, { headers: { cookie } })).json()) as {
    chapters: { texts: Record<string, { document_id: string }> }[]
  }
  const document = paper.chapters[0]?.texts[LANGUAGE]?.document_id
  const answer = await fetch(`${service.url}/api/v1/sync-tickets`, posting({ seat }, { cookie }))
  const { ticket } = (await answer.json()) as { ticket: string }
  return { seat, ticket, url: `automerge:${document}` as AutomergeUrl }
}

function posting(body: object, headers: Record<string, string> = {}): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
}
