/**
 * Addresses and pages. Pure: a path becomes a `Route`, a place becomes a path; the browser's history is elsewhere
 * (`navigation.svelte.ts`).
 *
 * ```ts
 * parse('/papers/cities/es/4.1')   // { page: 'writing', slug: 'cities', language: 'es', number: '4.1' }
 * paths.milestone('cities', id)    // '/papers/cities/milestones/…'
 * ```
 */

export type Route =
  | { page: 'home' }
  | { page: 'sign-in' }
  | { page: 'set-aside' }
  | { page: 'people' }
  | { page: 'paper'; slug: string }
  | { page: 'writing'; slug: string; language: string; number: string }
  | { page: 'milestone'; slug: string; id: string }
  /** A round; without its id, the one that matters now. */
  | { page: 'review'; slug: string; round: string | null }
  /** The room of one's component. */
  | { page: 'desk'; slug: string }
  /** `draft`: a sealed draft's id, `now`, or `null` for the latest sealed one. */
  | { page: 'positions'; slug: string; draft: string | null }
  | { page: 'matrix'; slug: string }
  | { page: 'brackets'; slug: string }
  | { page: 'sources'; slug: string }
  /** The planned and sealed drafts of a paper, on one line of time. */
  | { page: 'milestones'; slug: string }
  /** `null`: all of them. */
  | { page: 'silence'; slug: string; id: string | null }
  /** The answers to the components; with a code, those to one. */
  | { page: 'answers'; slug: string; component: string | null }
  /** Two drafts compared: each a sealed draft's id, `now`, `seen` or `position`. */
  | { page: 'compare'; slug: string; from: string; to: string }
  /** The history of a chapter, by its number. */
  | { page: 'history'; slug: string; number: string }
  | { page: 'amendments'; slug: string }
  | { page: 'amendment'; slug: string; id: string }
  /** Where a proposal is written: a component's draft, or the deciders' copy of what was proposed. */
  | { page: 'proposing'; slug: string; id: string; what: 'draft' | 'copy' }
  | { page: 'lost' }

/** The page that answers at `pathname` (no query, no fragment). Anything we do not know is `lost`; one slash at the end is forgiven. */
export function parse(pathname: string): Route {
  const parts = decode(pathname)
  if (!parts) return { page: 'lost' }
  const [root, slug, third, fourth] = parts
  if (root === undefined) return { page: 'home' }
  if (root === 'sign-in' && parts.length === 1) return { page: 'sign-in' }
  if (root === 'set-aside' && parts.length === 1) return { page: 'set-aside' }
  if (root === 'people' && parts.length === 1) return { page: 'people' }
  if (root === 'p' && slug !== undefined && third !== undefined) return procedure(slug, third, parts.slice(3))
  if (root !== 'papers' || slug === undefined) return { page: 'lost' }
  if (third === undefined) return { page: 'paper', slug }
  if (fourth === undefined || parts.length > 4) return { page: 'lost' }
  if (third === 'milestones') return { page: 'milestone', slug, id: fourth }
  if (LANGUAGE.test(third) && CHAPTER.test(fourth)) return { page: 'writing', slug, language: third, number: fourth }
  return { page: 'lost' }
}

/** The pages of a paper's review: `/p/SLUG/NAME…`. */
function procedure(slug: string, name: string, [id, ...more]: string[]): Route {
  if (name === 'amendments' && id !== undefined && more.length === 1) return desk(slug, id, more[0])
  if (name === 'compare' && id !== undefined && more.length === 1) return { page: 'compare', slug, from: id, to: more[0]! }
  if (more.length > 0) return { page: 'lost' }
  if (name === 'review') return { page: 'review', slug, round: id ?? null }
  if (name === 'positions') return { page: 'positions', slug, draft: id ?? null }
  if (name === 'history' && id !== undefined && CHAPTER.test(id)) return { page: 'history', slug, number: id }
  if (name === 'matrix' && id === undefined) return { page: 'matrix', slug }
  if (name === 'brackets' && id === undefined) return { page: 'brackets', slug }
  if (name === 'milestones' && id === undefined) return { page: 'milestones', slug }
  if (name === 'sources' && id === undefined) return { page: 'sources', slug }
  if (name === 'silence') return { page: 'silence', slug, id: id ?? null }
  if (name === 'answers') return { page: 'answers', slug, component: id ?? null }
  if (name === 'amendments') return id === undefined ? { page: 'amendments', slug } : { page: 'amendment', slug, id }
  if (name === 'desk' && id === undefined) return { page: 'desk', slug }
  return { page: 'lost' }
}

/** Where an amendment is written. */
function desk(slug: string, id: string, what: string | undefined): Route {
  return what === 'draft' || what === 'copy' ? { page: 'proposing', slug, id, what } : { page: 'lost' }
}

export const paths = {
  home: '/',
  signIn: '/sign-in',
  setAside: '/set-aside',
  people: '/people',
  paper: (slug: string) => `/papers/${encodeURIComponent(slug)}`,
  writing: (slug: string, language: string, number: string) =>
    `/papers/${encodeURIComponent(slug)}/${encodeURIComponent(language)}/${encodeURIComponent(number)}`,
  /** `procedure('cities', 'review')`, `procedure('cities', 'review', id)`. */
  procedure: (slug: string, name: string, id?: string) =>
    `/p/${encodeURIComponent(slug)}/${name}` + (id === undefined ? '' : `/${encodeURIComponent(id)}`),
  matrix: (slug: string) => `/p/${encodeURIComponent(slug)}/matrix`,
  sources: (slug: string) => `/p/${encodeURIComponent(slug)}/sources`,
  milestones: (slug: string) => `/p/${encodeURIComponent(slug)}/milestones`,
  brackets: (slug: string) => `/p/${encodeURIComponent(slug)}/brackets`,
  milestone: (slug: string, id: string) => `/papers/${encodeURIComponent(slug)}/milestones/${encodeURIComponent(id)}`,
  silence: (slug: string, id?: string) => `/p/${encodeURIComponent(slug)}/silence` + (id === undefined ? '' : `/${encodeURIComponent(id)}`),
  /** On a sealed draft, on the paper as it is `now`, or on the latest sealed draft. */
  positions: (slug: string, draft?: string) =>
    `/p/${encodeURIComponent(slug)}/positions` + (draft === undefined ? '' : `/${encodeURIComponent(draft)}`),
  /** Each side a sealed draft's id, `now`, `seen` (what one has marked as read) or `position`. */
  compare: (slug: string, from: string, to: string) =>
    `/p/${encodeURIComponent(slug)}/compare/${encodeURIComponent(from)}/${encodeURIComponent(to)}`,
  history: (slug: string, number: string, language: string) =>
    `/p/${encodeURIComponent(slug)}/history/${encodeURIComponent(number)}?${new URLSearchParams({ language })}`,
  amendments: (slug: string) => `/p/${encodeURIComponent(slug)}/amendments`,
  amendment: (slug: string, id: string): string => `${paths.amendments(slug)}/${encodeURIComponent(id)}`,
  proposing: (slug: string, id: string): string => `${paths.amendment(slug, id)}/draft`,
  rewording: (slug: string, id: string): string => `${paths.amendment(slug, id)}/copy`,
}

/** A language as BCP 47 writes it, short forms only: `es`, `pt-BR`. */
const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/
/** A chapter's number: `4`, `4.1`, `4.1.2`. */
const CHAPTER = /^\d{1,3}(\.\d{1,3})*$/

/** The path's parts, decoded; `null` when a part is empty or badly encoded. */
function decode(pathname: string): string[] | null {
  const trimmed = pathname.replace(/^\//, '').replace(/\/$/, '')
  if (trimmed === '') return []
  try {
    const parts = trimmed.split('/').map(decodeURIComponent)
    return parts.includes('') ? null : parts
  } catch {
    return null // a malformed escape such as `%E0%A4%A`
  }
}
