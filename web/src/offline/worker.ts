/**
 * The service worker, built as `/sw.js`: with it a reload without a network opens the same page again. The browser wakes it for
 * every request of our pages and stops it when it likes, so it remembers nothing but what is in its caches.
 *
 * `routes.ts` says what happens to a request, `shell.ts` keeps the app, `answers.ts` what the service said.
 *
 * An update waits until no window shows the version before: the lazily loaded parts of an open page are in that version's cache. It
 * takes over when all windows are closed, or when the only window has just loaded the new version (the page says `arrived`).
 */
import { Answers } from './answers'
import { isMetered } from './metered'
import type { Said } from './register'
import { handling } from './routes'
import { Shell, type Build } from './shell'

/** Filled in by the build. */
declare const BUILD: Build

/** What of the worker's world is used here: TypeScript cannot hold its library beside that of pages. */
interface WorkerScope {
  readonly clients: { claim(): Promise<void>; matchAll(of: { type: 'window'; includeUncontrolled: true }): Promise<unknown[]> }
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', listener: (event: Lasting) => void): void
  addEventListener(type: 'message', listener: (event: Lasting & { data: Said }) => void): void
  addEventListener(type: 'fetch', listener: (event: Lasting & Fetching) => void): void
}
interface Lasting {
  waitUntil(work: Promise<unknown>): void
}
interface Fetching {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}

const scope = self as unknown as WorkerScope
const surroundings = {
  caches,
  fetch: (request: Request) => fetch(request),
  now: Date.now,
  wait: (delayMs: number) => new Promise<void>((resolve) => setTimeout(resolve, delayMs)),
}
const shell = new Shell(surroundings, location.origin, BUILD)
const answers = new Answers(surroundings)

scope.addEventListener('install', (event) => event.waitUntil(shell.install(isMetered())))

scope.addEventListener('activate', (event) => event.waitUntil(shell.dropOthers().then(() => scope.clients.claim())))

scope.addEventListener('fetch', (event) => {
  const how = handling(event.request, location.origin, (path) => shell.has(path))
  if (how === 'past') return
  if (how === 'page') return event.respondWith(shell.page(event.request))
  const { response, settled } = how === 'file' ? shell.file(event.request) : answers.serve(event.request)
  event.respondWith(response)
  event.waitUntil(settled)
})

scope.addEventListener('message', (event) => {
  const { data } = event
  event.waitUntil(data.say === 'forget' ? answers.forget() : takeOver(data.script))
})

/** `script` is the address of the file that said it: of this version, if the page is. */
async function takeOver(script: string): Promise<void> {
  const windows = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true })
  if (windows.length === 1 && shell.has(new URL(script).pathname)) await scope.skipWaiting()
}
