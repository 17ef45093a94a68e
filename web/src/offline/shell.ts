/**
 * The app's shell on the device: `index.html`, to which every page's address leads, and the files it is made of. The build
 * lists them; a version of the shell has a cache of its own and is never changed, so a page and its files always belong together.
 *
 * The page's bytes say nothing about who is here: the shell is the same for everybody.
 */
import type { Served, Surroundings } from './answers'
import { networkFirst, PATIENCE_MS } from './patience'

/** What the build knows; see `scripts/offline-worker.ts`. */
export interface Build {
  /** Changes with anything in the shell. */
  version: string
  /** Paths, such as `/assets/index-Ab12.js`; `/` itself is not among them. */
  files: readonly string[]
}

const PREFIX = 'borrador-shell/'
const PAGE = '/'

export class Shell {
  readonly #name: string
  readonly #files: ReadonlySet<string>

  constructor(private readonly world: Omit<Surroundings, 'now'>, private readonly origin: string, build: Build) {
    this.#name = PREFIX + build.version
    this.#files = new Set(build.files)
  }

  has(path: string): boolean {
    return this.#files.has(path)
  }

  /**
   * Fetches the shell. Where people pay by the byte (`sparing`), only what the browser has already; the rest is kept when it is
   * first used. Rejects when anything is missing or when the server has moved on to another version: the browser tries again.
   */
  async install(sparing: boolean): Promise<void> {
    const cache = await this.world.caches.open(this.#name)
    const page = await this.world.fetch(this.#request(PAGE, { cache: 'no-cache' }))
    await this.#check(page.clone())
    await Promise.all([...this.#files].map((path) => (sparing ? this.#keepIfHere(cache, path) : this.#keep(cache, path))))
    await cache.put(this.origin + PAGE, page)
  }

  /** Drops the shells of other versions. Only when no window shows one of them any more. */
  async dropOthers(): Promise<void> {
    const others = (await this.world.caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== this.#name)
    await Promise.all(others.map((name) => this.world.caches.delete(name)))
  }

  /** A page, whatever its address: from the server, which may have a newer one; from here when it does not answer. */
  page(request: Request): Promise<Response> {
    return networkFirst(this.world.fetch(request), this.world.wait(PATIENCE_MS), () => this.#find(PAGE))
  }

  /** One of the files: from here, because its name changes with its content; from the server once, if it was spared before. */
  file(request: Request): Served {
    const { pathname } = new URL(request.url)
    const answered = this.#find(pathname).then(async (kept) => {
      if (kept) return { response: kept, copy: null }
      const live = await this.world.fetch(request)
      return { response: live, copy: live.ok ? live.clone() : null }
    })
    const keep = async (copy: Response) => (await this.world.caches.open(this.#name)).put(this.origin + pathname, copy)
    return {
      response: answered.then(({ response }) => response),
      // That the network failed is told by `response`.
      settled: answered.then(({ copy }) => (copy ? keep(copy) : undefined), () => undefined),
    }
  }

  async #keep(cache: Cache, path: string): Promise<void> {
    const response = await this.world.fetch(this.#request(path))
    if (!response.ok) throw new Error(`${path} cannot be kept: the server answers ${response.status}`)
    await cache.put(this.origin + path, response)
  }

  async #keepIfHere(cache: Cache, path: string): Promise<void> {
    // Not here: browsers say so by a failure.
    const here = await this.world.fetch(this.#request(path, { cache: 'only-if-cached', mode: 'same-origin' })).catch(() => null)
    if (here?.ok) await cache.put(this.origin + path, here)
  }

  /** Between the fetching of this worker and that of the page a new version may have come out. */
  async #check(page: Response): Promise<void> {
    if (!page.ok || page.redirected) throw new Error(`the page cannot be kept: the server answers ${page.status}`)
    const named = [...(await page.text()).matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path]) => path!)
    const foreign = named.find((path) => !this.has(path))
    if (named.length === 0 || foreign !== undefined) throw new Error(`the page is of another version: it names ${foreign ?? 'no file'}`)
  }

  async #find(path: string): Promise<Response | null> {
    const cache = await this.world.caches.open(this.#name)
    return (await cache.match(this.origin + path, { ignoreVary: true })) ?? null
  }

  #request(path: string, how: RequestInit = {}): Request {
    return new Request(this.origin + path, how)
  }
}
