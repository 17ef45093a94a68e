/**
 * What happens to a paper while it is open: comments, sealed milestones, changed outlines. They come as server-sent
 * events; the words of the texts travel by `sync` instead.
 *
 * The browser repeats a broken request by itself, except after an HTTP refusal; then we ask again, waiting 1 s, 2 s … 30 s.
 * Events missed meanwhile are not replayed: `onResume` tells the page to fetch what it shows once more.
 */
import { events } from './model'
import type { PaperEvents } from './model'
import type { Parser } from './parse'

export interface PaperEventHandlers {
  onThread(event: PaperEvents['thread']): void
  onRights(event: PaperEvents['rights']): void
  onMilestone(event: PaperEvents['milestone']): void
  onText(event: PaperEvents['text']): void
  /** Something of the procedure changed: whoever shows that topic reads it anew. */
  onProcedure?(event: PaperEvents['procedure']): void
  /** The stream is there at the first try: what happened between the reading of the page and now is not told. */
  onOpen?(): void
  /** The stream is back after a break. */
  onResume(): void
  /** An event that could not be read: for the log; the stream goes on. */
  onUnreadable(error: Error): void
}

export interface EventOptions {
  open?: (url: string) => EventSource
  later?: (run: () => void, delayMs: number) => () => void
}

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000
/** `EventSource.CLOSED`, spelled out because tests run where no such class exists. */
const CLOSED = 2

/** Listens with a seat (`null`: the person's first), until the returned function is called. */
export function listenToPaper(slug: string, seat: string | null, handlers: PaperEventHandlers, options: EventOptions = {}): () => void {
  const open = options.open ?? (url => new EventSource(url))
  const later = options.later ?? afterTimeout
  // A stream carries no header of ours.
  const url = `/api/v1/papers/${encodeURIComponent(slug)}/events` + (seat === null ? '' : `?seat=${encodeURIComponent(seat)}`)
  let source: EventSource | null = null
  let cancelRetry = () => {}
  let waitMs = FIRST_WAIT_MS
  let broken = false

  const connect = () => {
    const stream = open(url)
    source = stream
    stream.addEventListener('open', () => {
      waitMs = FIRST_WAIT_MS
      if (broken) handlers.onResume()
      else handlers.onOpen?.()
      broken = false
    })
    stream.addEventListener('error', () => {
      broken = true
      if (stream.readyState !== CLOSED) return
      cancelRetry = later(connect, waitMs)
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)
    })
    const on = <T>(name: string, parser: Parser<T>, handle: (event: T) => void) =>
      stream.addEventListener(name, event => {
        let parsed: T
        try {
          parsed = parser(JSON.parse((event as MessageEvent<string>).data), name)
        } catch (error) {
          handlers.onUnreadable(error instanceof Error ? error : new Error(String(error)))
          return
        }
        handle(parsed)
      })
    on('thread', events.thread, handlers.onThread)
    on('milestone', events.milestone, handlers.onMilestone)
    on('text', events.text, handlers.onText)
    on('rights', events.rights, handlers.onRights)
    on('procedure', events.procedure, event => handlers.onProcedure?.(event))
  }

  connect()
  return () => {
    cancelRetry()
    source?.close()
  }
}

function afterTimeout(run: () => void, delayMs: number): () => void {
  const timer = setTimeout(run, delayMs)
  return () => clearTimeout(timer)
}
