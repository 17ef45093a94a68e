/**
 * What happens to a request when the worker stands between the page and the server. The page asks the same questions, to
 * know which of its requests the worker would have kept.
 *
 * Most requests are none of the worker's business: whatever changes something, the live connection, event streams, exports,
 * attribution, sealed drafts. The words of a text are kept by `sync`, not here.
 */

/** `page`: one of the pages · `file`: of the shell · `answer`: of the service, and kept · `past`: goes past the worker untouched. */
export type Handling = 'page' | 'file' | 'answer' | 'past'

export const ME = '/api/v1/me'

/** What the pages need to stand: who is here, with whom, the papers, their chapters, comments and amendments. */
const KEPT = [/^\/api\/v1\/(me|people|components|papers)$/, /^\/api\/v1\/papers\/[^/]+(\/(threads|amendments))?$/, /^\/api\/v1\/amendments\/[^/]+$/]
/** What the server answers itself: the interface, and what everybody may read of published drafts. */
const NO_PAGES = /^\/(api\/|health$|sync$|p\/[^/]+(\/(feed\.atom|[0-9a-f]{8}-[0-9a-f-]{27}(\/.*)?))?$)/i

type Asked = Pick<Request, 'method' | 'mode' | 'url'>

/** `origin` is the worker's own; `inShell` knows the paths of the shell's files. */
export function handling({ method, mode, url }: Asked, origin: string, inShell: (path: string) => boolean): Handling {
  const { origin: asked, pathname, search } = new URL(url)
  if (method !== 'GET' || asked !== origin) return 'past'
  if (inShell(pathname)) return 'file'
  if (mode === 'navigate') return NO_PAGES.test(pathname) ? 'past' : 'page'
  return isKept(pathname, search) ? 'answer' : 'past'
}

/** The further pages of a kept list are kept too, or it would end with its first one. With any other query (the threads of one text) an answer is a part of another, and not kept. */
export function isKept(pathname: string, search: string): boolean {
  return /^(\?cursor=[^&]+)?$/.test(search) && KEPT.some((path) => path.test(pathname))
}
