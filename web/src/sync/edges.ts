/** What a session needs of the browser, in one place, so that tests can put a simulated network and clock there. */
import { Line } from './socket'
import type { LineEdges, Socket, SocketHandlers } from './socket'
import { openStore } from './storage'
import type { TextStore } from './storage'

export interface Edges {
  /** The line for this address, shared by all texts that are open on it; the function gives it back. */
  line(url: string, clock: Pick<LineEdges, 'now' | 'random'>): { line: Line; release(): void }
  store(seat: string): Promise<TextStore>
  later(run: () => void, delayMs: number): () => void
  /** Before the next painting of the screen; soon, when the window is hidden and nothing is painted. */
  paint(run: () => void): void
  /** The page is going away: what is to be sent must be sent at once. */
  leaving(): boolean
  /** Calls when the page begins to go away, until the returned function is called. */
  onLeaving(run: () => void): () => void
  /** Asks the browser not to throw the store away when space is short. */
  persist(): void
  log(message: string): void
}

/** A hidden window is not painted, and its timers are slow: remote words are taken in this often at most. */
const HIDDEN_PAINT_MS = 100

export const browserEdges: Edges = {
  line: sharedLine,
  store: seat => openStore(seat),
  later,
  paint: run => {
    if (document.visibilityState === 'hidden') later(run, HIDDEN_PAINT_MS)
    else requestAnimationFrame(run)
  },
  leaving: () => leaving,
  onLeaving: run => {
    addEventListener('pagehide', run)
    return () => removeEventListener('pagehide', run)
  },
  persist: () => {
    // A refusal changes nothing: the store then lives as long as the browser pleases.
    void navigator.storage?.persist?.().catch(() => false)
  },
  log: message => console.warn(message),
}

const lines = new Map<string, { line: Line; users: number }>()

function sharedLine(url: string, clock: Pick<LineEdges, 'now' | 'random'>): { line: Line; release(): void } {
  watchLeaving()
  let entry = lines.get(url)
  if (entry === undefined) {
    entry = { line: new Line(url, { ...clock, connect, later, onNetwork, log: browserEdges.log }), users: 0 }
    lines.set(url, entry)
  }
  const shared = entry
  shared.users += 1
  let released = false
  return {
    line: shared.line,
    release: () => {
      if (released) return
      released = true
      shared.users -= 1
      if (shared.users > 0) return
      lines.delete(url)
      shared.line.close()
    },
  }
}

function connect(url: string, handlers: SocketHandlers): Socket {
  const socket = new WebSocket(url)
  socket.binaryType = 'arraybuffer'
  socket.onopen = () => handlers.onOpen()
  socket.onmessage = ({ data }) => handlers.onMessage(data instanceof ArrayBuffer ? new Uint8Array(data) : null)
  socket.onclose = ({ code }) => handlers.onClose(code)
  return {
    // Between the server's goodbye and `onclose` the browser would only complain; what is not sent now is sent on the next line.
    send: data => {
      if (socket.readyState === WebSocket.OPEN) socket.send(data as Uint8Array<ArrayBuffer>)
    },
    close: code => socket.close(code),
  }
}

function later(run: () => void, delayMs: number): () => void {
  const timer = setTimeout(run, delayMs)
  return () => clearTimeout(timer)
}

function onNetwork(hint: (online: boolean) => void): () => void {
  const stop = new AbortController()
  const { signal } = stop
  addEventListener('online', () => hint(true), { signal })
  addEventListener('offline', () => hint(false), { signal })
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && hint(true), { signal })
  return () => stop.abort()
}

let leaving = false
let watching = false

/** Capturing, so that it is known before the editor writes its last words on the same event. */
function watchLeaving(): void {
  if (watching) return
  watching = true
  addEventListener('pagehide', () => (leaving = true), { capture: true })
  addEventListener('pageshow', () => (leaving = false), { capture: true })
}
