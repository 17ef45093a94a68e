/**
 * The server's HTTP routes as functions. Every answer is parsed (`model.ts`), every refusal is an [[ApiError]].
 *
 *     const api = createApi({ seat: () => chosenSeat })
 *     const papers = await api.papers()
 *     const thread = await api.openThread(textId, { anchor, paragraph, body: '¿Y la vivienda?', audience: 'all' })
 *
 * Requests act with the seat that `seat()` names at that moment. How they are sent is `request.ts`.
 */
import { ifMatch, path, query } from './address'
import { answerRoutes } from './answers'
import { amendmentRoutes } from './amendments'
import { matrixRoutes } from './matrix'
import { bracketRoutes } from './brackets'
import { comparisonRoutes } from './comparing'
import { historyRoutes } from './history'
import * as model from './model'
import type { Anchor, Audience } from './model'
import { array, object } from './parse'
import type { Parser } from './parse'
import { peopleRoutes } from './people'
import { plannedRoutes } from './planned'
import { positionRoutes } from './positions'
import { outlook, type DraftStatus } from './preflight'
import { silenceRoutes } from './silences'
import { sourceRoutes } from './sources'
import { asText, json, nothing, requester } from './request'
import type { RequestOptions } from './request'
import { publicationRoutes } from './publications'
import { roundRoutes } from './rounds'
import { wordRoutes } from './word'

export type FileFormat = 'pdf' | 'docx' | 'md' | 'html'
/** `clean`: words that are not agreed stand like all others. `redline`: what changed since the draft sealed before. */
export type FileView = 'bracketed' | 'clean' | 'redline' | 'comments'
export type Api = ReturnType<typeof createApi>

export interface NewMilestone {
  /** The planned draft that it fulfils, by its id; without one, the open one of its name. */
  planned?: string
  name: string
  /** `symbol_exists` when another draft of the organisation has it. */
  symbol?: string
  status?: DraftStatus
  /** All in which the paper has words, unless it says. */
  languages?: string[]
  event?: string
  date?: string
  note?: string
  /** Although something stops a PDF; refused as `seal_stopped` without it. */
  anyway?: boolean
}

export function createApi(options: RequestOptions) {
  const verbs = requester(options)
  const { get, all, post, put, create, remove } = verbs

  return {
    ...answerRoutes(verbs),
    ...amendmentRoutes(verbs),
    ...bracketRoutes(verbs),
    ...comparisonRoutes(verbs),
    ...historyRoutes(verbs),
    ...peopleRoutes(verbs),
    ...roundRoutes(verbs),
    ...publicationRoutes(verbs),
    ...plannedRoutes(verbs),
    ...positionRoutes(verbs),
    ...matrixRoutes(verbs),
    ...silenceRoutes(verbs),
    ...sourceRoutes(verbs),
    ...wordRoutes(verbs),

    /** `email`: the address an invitation was sent to, asked for (`invitation_for_another`) where somebody else is signed in. */
    signIn: (token: string, email?: string) => post('/api/v1/sign-in', json(model.me), { token, email }),
    signOut: () => post('/api/v1/sign-out', nothing, {}),
    /** A link that signs the same person in on another device. */
    signInLink: () => create('/api/v1/sign-in-links', json(model.signInLink), {}),
    /** Asks for this address once more, only to hear whether the server answers (`onAnswer`). */
    again: async (address: string): Promise<void> => void (await get(address, asText)),
    me: () => get('/api/v1/me', json(model.me)),
    components: () => all('/api/v1/components', 'components', model.component),
    people: () => all('/api/v1/people', 'people', model.person),

    papers: () => all('/api/v1/papers', 'papers', model.paperSummary),
    paper: (slug: string) => get(path`/papers/${slug}`, json(model.paper)),
    /** Each level-1 heading of the Markdown becomes a chapter. */
    createPaper: (paper: { slug: string; title: string; language: string; markdown: string }) =>
      create('/api/v1/papers', json(model.paper), paper),

    text: (id: string) => get(path`/texts/${id}`, json(model.text)),
    /** A fragment of HTML made by the server. Insert its nodes through an allow-list, never as markup. */
    textHtml: (id: string) => get(path`/texts/${id}`, asText, { Accept: 'text/html' }),
    /** With `ids`, each block ends in `{#p-ID}`, so that an edited file comes back as minimal edits. */
    textMarkdown: (id: string, ids: boolean) =>
      get(path`/texts/${id}` + (ids ? '?ids=1' : ''), asText, { Accept: 'text/markdown' }),
    /** Merged as minimal edits on top of `base_heads`, or refused with `text_moved_on`. */
    putText: (id: string, content: { base_heads: string[]; markdown: string }) =>
      put(path`/texts/${id}`, json(model.textSaved), content),
    attribution: (id: string) => get(path`/texts/${id}/attribution`, json(model.attribution)),

    /** Of the whole paper, or of one text. */
    threads: (slug: string, text?: string) =>
      all(path`/papers/${slug}/threads` + query(text === undefined ? {} : { text }), 'threads', model.thread),
    openThread: (textId: string, thread: { anchor: Anchor; paragraph: string; body: string; audience: Audience }) =>
      create(path`/texts/${textId}/threads`, json(model.thread), thread),
    comment: (threadId: string, body: string) => create(path`/threads/${threadId}/comments`, json(model.thread), { body }),
    /** With `version`, refused as `stale_version` when somebody else was first. */
    resolve: (threadId: string, version?: number) =>
      post(path`/threads/${threadId}/resolve`, json(model.thread), {}, ifMatch(version)),
    reopen: (threadId: string, version?: number) =>
      post(path`/threads/${threadId}/reopen`, json(model.thread), {}, ifMatch(version)),

    /** Seals every text as it stands. Cannot be undone; the same name again is `milestone_exists`. */
    seal: (slug: string, milestone: NewMilestone) =>
      create(path`/papers/${slug}/milestones`, json(model.milestone), milestone),
    /** What a sealing would find now, in every language of the paper. */
    preflight: (slug: string) => get(path`/papers/${slug}/preflight`, json(outlook)),
    milestones: (slug: string) => all(path`/papers/${slug}/milestones`, 'milestones', model.milestone),
    milestone: (id: string) => get(path`/milestones/${id}`, json(model.milestone)),
    milestoneText: (id: string, textId: string) => get(path`/milestones/${id}/texts/${textId}`, json(sealedBlocks)),

    /** Addresses for links: the browser downloads them itself. */
    milestoneFile: (id: string, language: string, format: FileFormat, view: FileView = 'bracketed') =>
      path`/milestones/${id}/files/${language}` + `.${format}` + (view === 'bracketed' ? '' : query({ view })),
    milestoneBundle: (id: string) => path`/milestones/${id}/bundle`,
    exportFile: (slug: string, language: string, format: FileFormat, view: FileView = 'bracketed') =>
      path`/papers/${slug}/export` + query(view === 'bracketed' ? { language, format } : { language, format, view }),

    /** Nobody writes in the chapter from then on. With `version`, refused as `stale_version` when somebody else was first. */
    lock: (slug: string, chapter: string, reason: string, version?: number) =>
      post(path`/papers/${slug}/chapters/${chapter}/lock`, json(model.paperRights), { reason }, ifMatch(version)),
    unlock: (slug: string, chapter: string, version?: number) =>
      post(path`/papers/${slug}/chapters/${chapter}/unlock`, json(model.paperRights), {}, ifMatch(version)),
    /** Without `chapter`, for the whole paper. */
    givePen: (slug: string, seat: string, chapter?: string) =>
      post(path`/papers/${slug}/pens`, json(model.paperRights), { seat, chapter }),
    takePen: (slug: string, seat: string, chapter?: string) =>
      post(path`/papers/${slug}/pens/take`, json(model.paperRights), { seat, chapter }),

    /** What was set aside for the person, whichever of their seats wrote it. */
    setAside: () => all('/api/v1/set-aside', 'set_aside', model.setAside),
    discardSetAside: (id: string) => remove(path`/set-aside/${id}`),
    setAsideWords: (id: string) => get(path`/set-aside/${id}`, asText, { Accept: 'text/markdown' }),
    /** An address for a link: the words, the whole text and the raw changes. */
    setAsideFile: (id: string) => path`/set-aside/${id}/file`,

    /** For clients that can set neither a cookie nor a header on a WebSocket. */
    syncTicket: (seat?: string) =>
      create('/api/v1/sync-tickets', json(model.syncTicket), seat === undefined ? {} : { seat }),
  }
}

/** The blocks of a sealed text come as a list, or inside the object that an open text is: both are read. */
const sealedBlocks: Parser<model.Block[]> = (value, where) =>
  Array.isArray(value) ? array(model.block)(value, where) : object({ blocks: array(model.block) })(value, where).blocks
