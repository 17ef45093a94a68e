/**
 * The answers of the service that a device keeps, so that the pages stand when the server cannot be reached.
 *
 * Promises
 * - Kept answers are those of one person: the one whom the last `/me` named. Another person's `/me`, an answer 401 and
 *   `forget` empty everything first.
 * - Besides `/me`, an answer is kept and found under the seat that its request named, and kept only if that seat is one of the
 *   kept person's. The server answers for a seat to nobody but its holder, so no mixture of windows, accounts and late answers can
 *   put one person's papers under another's name.
 * - What was asked before a `forget` is neither kept nor served after it.
 * - A kept answer says when it was given (`KEPT_AT`), and is only served when the server does not answer.
 *
 * Everything of the browser's comes in through `Surroundings`.
 */
import { me as readMe } from '../api/model'
import { KEPT_AT } from '../api/request'
import { networkFirst, PATIENCE_MS } from './patience'
import { ME } from './routes'

export interface Surroundings {
  caches: Pick<CacheStorage, 'open' | 'keys' | 'delete'>
  fetch(request: Request): Promise<Response>
  /** Milliseconds of the device's clock. */
  now(): number
  wait(delayMs: number): Promise<void>
}

export interface Served {
  /** For the page. Rejects as `fetch` does when there is no answer and none is kept. */
  response: Promise<Response>
  /** When all is kept that is to be kept: the worker must live until then. Rejects when the device refuses, a full disk for one. */
  settled: Promise<void>
}

/** One cache for one person: `borrador-answers/PERSON`. */
const PREFIX = 'borrador-answers/'
/** What is not there, or not for this seat any more, goes from the device too. */
const TAKEN_AWAY = [403, 404, 410]

export class Answers {
  /** Goes up with every `forget`: work of an era that is over changes nothing. */
  #era = 0
  /** Changes of the caches, one after the other. */
  #turn: Promise<void> = Promise.resolve()
  /** The asking for `/me` of an era; once is enough, since every page asks it too when it loads. */
  #learning: { era: number; done: Promise<void> } | null = null

  constructor(private readonly world: Surroundings) {}

  serve(request: Request): Served {
    const era = this.#era
    // The copy is made before anybody reads: a body can be read once.
    const answered = this.world.fetch(request).then((live) => ({ live, copy: live.clone() }))
    const kept = async () => {
      const found = await this.#find(request)
      return era === this.#era ? found : null
    }
    return {
      response: networkFirst(answered.then(({ live }) => live), this.world.wait(PATIENCE_MS), kept),
      // A failure of the network is told by `response`; here it only means that there is nothing to keep.
      settled: answered.then(({ copy }) => this.#take(request, copy, era), () => undefined),
    }
  }

  /** Empties the device of answers: somebody signs in or out. */
  forget(): Promise<void> {
    this.#era += 1
    return this.#inTurn(this.#era, () => this.#emptyBut(null))
  }

  async #take(request: Request, answer: Response, era: number): Promise<void> {
    if (era !== this.#era) return
    if (answer.status === 401) return this.forget()
    const key = keyOf(request)
    if (key === null) return
    if (TAKEN_AWAY.includes(answer.status)) return this.#inTurn(era, async () => void (await (await this.#cache())?.delete(key)))
    if (!answer.ok) return
    const body = await answer.text()
    if (new URL(request.url).pathname === ME) return this.#keepMe(key, body, era)

    await this.#learnWho(new URL(request.url).origin, era)
    await this.#inTurn(era, async () => {
      const cache = await this.#cache()
      const seat = request.headers.get('Borrador-Seat')
      if (cache && (await seatsIn(cache, key)).some((known) => known === seat)) await cache.put(key, this.#marked(body))
    })
  }

  async #keepMe(key: string, body: string, era: number): Promise<void> {
    const mine = PREFIX + readMe(JSON.parse(body), 'me').person.id
    await this.#inTurn(era, async () => {
      await this.#emptyBut(mine)
      await (await this.world.caches.open(mine)).put(key, this.#marked(body))
    })
  }

  /** After a sign-in the pages do not ask who is there: the sign-in has told them, and it went past the worker. So it asks itself. */
  async #learnWho(origin: string, era: number): Promise<void> {
    if ((await this.#cache()) !== null) return
    if (this.#learning?.era !== era) this.#learning = { era, done: this.#askWho(origin, era) }
    await this.#learning.done
  }

  async #askWho(origin: string, era: number): Promise<void> {
    const request = new Request(origin + ME, { headers: { Accept: 'application/json' } })
    await this.world.fetch(request).then((answer) => this.#take(request, answer, era), () => undefined)
  }

  async #find(request: Request): Promise<Response | null> {
    const key = keyOf(request)
    return (key !== null && (await (await this.#cache())?.match(key))) || null
  }

  /** The kept person's; `null` when nobody is known. */
  async #cache(): Promise<Cache | null> {
    const name = (await this.world.caches.keys()).find((each) => each.startsWith(PREFIX))
    return name === undefined ? null : this.world.caches.open(name)
  }

  async #emptyBut(mine: string | null): Promise<void> {
    const others = (await this.world.caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== mine)
    await Promise.all(others.map((name) => this.world.caches.delete(name)))
  }

  /** Only what the pages read: no cookie, no policy and no caching rule of the first answer comes back with the second. */
  #marked(body: string): Response {
    return new Response(body, { headers: { 'Content-Type': 'application/json', [KEPT_AT]: String(this.world.now()) } })
  }

  #inTurn(era: number, work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(() => (era === this.#era ? work() : undefined))
    this.#turn = done.catch(() => undefined) // told by `done`; the next one has its own chance
    return done
  }
}

/** `null` for a request that names no seat: its answer could be for anybody. */
function keyOf(request: Request): string | null {
  const { origin, pathname, search } = new URL(request.url)
  if (pathname === ME) return origin + ME
  const seat = request.headers.get('Borrador-Seat')
  return seat === null ? null : `${origin}${pathname}?seat=${encodeURIComponent(seat)}${search.replace('?', '&')}`
}

/** The seats of the person whose cache this is. */
async function seatsIn(cache: Cache, key: string): Promise<string[]> {
  const kept = await cache.match(new URL(ME, key).href)
  return kept ? readMe(await kept.json(), 'me').seats.map((seat) => seat.id) : []
}
