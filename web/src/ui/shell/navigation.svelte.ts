/**
 * The current page, kept in step with the browser's history. Links stay ordinary links: a plain click on one of ours is
 * answered here, while a middle click, a modifier key, `download` or `target` leave it to the browser.
 */
import { parse, type Route } from './router'

class Navigation {
  /** The page now shown. */
  route = $state.raw<Route>(parse(location.pathname))
  #pathname = location.pathname
  #awaited = false

  /** A page is on its way whose heading takes the focus when it comes. */
  get isArriving(): boolean {
    return this.#awaited
  }

  /** Goes to a path of ours. `replace` leaves no way back to the page one comes from. */
  go(path: string, { replace = false } = {}): void {
    history[replace ? 'replaceState' : 'pushState'](null, '', path)
    this.#arrive()
    scrollTo(0, 0)
  }

  /** Begins to answer clicks and the browser's back button; returns how to stop. */
  start(): () => void {
    const back = () => {
      if (location.pathname !== this.#pathname) this.#arrive() // a change of fragment alone is not a change of page
    }
    const click = (event: MouseEvent) => {
      const path = ownPath(event)
      if (path === null) return
      event.preventDefault()
      this.go(path)
    }
    addEventListener('popstate', back)
    document.addEventListener('click', click)
    return () => {
      removeEventListener('popstate', back)
      document.removeEventListener('click', click)
    }
  }

  /**
   * An attachment for the heading of a page: after a change of page it takes the focus, so that the page is read out from
   * its beginning, however late its contents came. Not on the first page, and not when the person has gone on meanwhile.
   */
  readonly heading = (heading: HTMLElement): void => {
    if (!this.#awaited) return
    this.#awaited = false
    if (document.activeElement === document.body) heading.focus({ preventScroll: true })
  }

  #arrive(): void {
    this.#pathname = location.pathname
    this.route = parse(this.#pathname)
    this.#awaited = true
  }
}

export const navigation = new Navigation()

/** The path of ours that a click asks for, or `null` when the browser should answer it. */
function ownPath(event: MouseEvent): string | null {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return null
  const link = event.target instanceof Element ? event.target.closest('a') : null
  if (!link || link.hasAttribute('download') || link.target || link.origin !== location.origin) return null
  if (link.closest('[contenteditable="true"]')) return null // in the text, a click places the caret
  if (link.pathname === location.pathname && link.hash) return null // a place on this page
  if (parse(link.pathname).page === 'lost') return null // a file, or a page of the server's own
  return link.pathname + link.search + link.hash
}
