/** A device for the tests of what is kept: caches in memory, a server that answers as told, and a clock that tests turn. */
import type { Surroundings } from '../answers'

export const HOME = 'https://borrador.example'

/** What the server says to a request; a rejection is a network that fails, a promise that stays open one that hangs. */
export type Server = (request: Request) => Promise<Response>

export class Device {
  readonly kept = new Map<string, Map<string, Response>>()
  /** Everything that went out to the server, in order: path and seat. */
  readonly asked: string[] = []
  now = Date.parse('2016-09-21T10:42:00Z')
  #late: (() => void)[] = []

  constructor(public server: Server) {}

  get surroundings(): Surroundings {
    return {
      caches: {
        open: async (name) => this.#cache(name),
        keys: async () => [...this.kept.keys()],
        delete: async (name) => this.kept.delete(name),
      },
      fetch: async (request) => {
        this.asked.push(request.url.replace(HOME, ''))
        return this.server(request)
      },
      now: () => this.now,
      wait: () => new Promise((resolve) => this.#late.push(resolve)),
    }
  }

  /** Everybody's patience is at its end. */
  patienceEnds(): void {
    for (const end of this.#late.splice(0)) end()
  }

  /** Paths of what is kept, sorted, without the seats they were asked for. */
  get keptPaths(): string[] {
    return [...this.kept.values()].flatMap((cache) => [...cache.keys()]).map((url) => new URL(url).pathname).sort()
  }

  #cache(name: string): Cache {
    const rows = this.kept.get(name) ?? new Map<string, Response>()
    this.kept.set(name, rows)
    const cache: Pick<Cache, 'match' | 'put' | 'delete'> = {
      match: async (key) => rows.get(String(key))?.clone(),
      put: async (key, response) => void rows.set(String(key), response),
      delete: async (key) => rows.delete(String(key)),
    }
    return cache as Cache
  }
}

export const networkFails: Server = async () => {
  throw new TypeError('network error')
}

export const says = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status })

/** The answer of `/me`: somebody with one seat, `seat-of-` and the name. */
export function meOf(name: string): unknown {
  const component = { id: 'c', code: 'AFR', name: { en: 'Africa' }, kind: 'section', hue: 1 }
  return {
    person: { id: name, name, email: `${name}@example.org`, initials: name[0] },
    seats: [{ id: `seat-of-${name}`, component, function: 'contributor', hue: 1, grants: [] }],
    service: { version: '1', demo: false, now: '2016-09-21T10:42:00Z', languages: ['es', 'en'] },
  }
}
