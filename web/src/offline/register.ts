/**
 * The page's side of the service worker: it registers `/sw.js`, hands it what was asked before it was there, and tells it when
 * somebody signs in or out.
 *
 *     stayOffline({ seat: () => session.seat?.id ?? null })
 *
 * Browsers have service workers on https and on the device itself (http://127.0.0.1, http://localhost). Elsewhere nothing of
 * this happens: a reload needs the network, and what is written is kept all the same.
 */
import { isKept } from './routes'

/** What a page says to the worker. `arrived`: a page of the version that `script` belongs to has loaded. */
export type Said = { say: 'forget' } | { say: 'arrived'; script: string }

export interface Options {
  /** The seat the person acts with; `null` while nobody is signed in. */
  seat(): string | null
}

const WORKER = '/sw.js'

interface Policies {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string }
}

/** Begins once the page has loaded, so that the worker's fetching does not hold up what the person waits for. */
export function stayOffline(options: Options): void {
  if (!('serviceWorker' in navigator)) return
  if (document.readyState === 'complete') void begin(options)
  else window.addEventListener('load', () => void begin(options), { once: true })
}

/** Empties the device of the answers kept for whoever was signed in. Also from a page that the worker does not control. Never rejects. */
export async function forgetAnswers(): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  // A browser that refuses to say has no worker either, and keeps nothing.
  const registration = await navigator.serviceWorker.getRegistration().catch(() => undefined)
  registration?.active?.postMessage({ say: 'forget' } satisfies Said)
}

async function begin({ seat }: Options): Promise<void> {
  try {
    // `none`: whether there is a new version is asked of the server, not of the browser's cache.
    const { waiting } = await navigator.serviceWorker.register(workerAddress(), { updateViaCache: 'none' })
    waiting?.postMessage({ say: 'arrived', script: import.meta.url } satisfies Said)
  } catch (error) {
    // Forbidden by the browser's settings, or no network: the page works without.
    console.warn('This page will not open without a network.', error)
    return
  }
  await controlled()
  askAgain(seat)
}

/**
 * The address, as one that may become a script. The Content-Security-Policy allows the policy `borrador-worker`, and the
 * policy allows this one address.
 */
function workerAddress(): string {
  const { trustedTypes } = window as Window & { trustedTypes?: Policies }
  const policy = trustedTypes?.createPolicy('borrador-worker', {
    createScriptURL(url) {
      if (url !== WORKER) throw new TypeError(`${url} is not our worker`)
      return url
    },
  })
  return policy?.createScriptURL(WORKER) ?? WORKER
}

/** Resolves when requests of this page go through the worker: at once, or when the first worker has installed itself. */
async function controlled(): Promise<void> {
  if (navigator.serviceWorker.controller) return
  await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }))
}

/**
 * Asks again, through the worker, for what the page fetched past it: on the first visit the page is there before the worker.
 * Each address once: what the worker does not take (a private window, say) is not asked for ever.
 */
function askAgain(seat: () => string | null): void {
  const asked = new Set<string>()
  const observer = new PerformanceObserver((list) => {
    const acting = seat()
    if (acting === null) return
    for (const { name, workerStart } of list.getEntries() as PerformanceResourceTiming[]) {
      const { origin, pathname, search } = new URL(name)
      if (workerStart > 0 || origin !== location.origin || !isKept(pathname, search) || asked.has(pathname)) continue
      asked.add(pathname)
      // Without an answer now, the next visit keeps it.
      fetch(name, { headers: { Accept: 'application/json', 'Borrador-Seat': acting } }).catch(() => asked.delete(pathname))
    }
  })
  observer.observe({ type: 'resource', buffered: true })
}
