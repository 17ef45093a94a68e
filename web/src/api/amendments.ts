/**
 * Amendments: proposed changes of a text. A *draft* is a private branch of the text, which its component writes like any text
 * (`draft.text` is synced as usual); what is submitted shows as a redline, with its voices and what became of it.
 */
import { ifMatch, path, query } from './address'
import { array, boolean, integer, nullable, object, oneOf, optional, record, since, string, unknown } from './parse'
import type { Parsed, Parser } from './parse'
import { json, type Requester } from './request'

export const AMENDMENT_STATES = [
  'draft', 'submitted', 'under_consideration', 'accepted', 'modified', 'partly', 'not_accepted', 'deferred', 'withdrawn', 'overtaken',
] as const
const state = oneOf(...AMENDMENT_STATES)
export type AmendmentState = Parsed<typeof state>

const outcome = oneOf('accepted', 'modified', 'partly', 'not_accepted', 'deferred', 'overtaken', 'withdrawn')
/** What can be decided; a component withdraws its own. */
export type Outcome = Exclude<Parsed<typeof outcome>, 'withdrawn'>

const author = object({ seat_id: string, person: string, initials: string, component: string, hue: integer })

const marks = record(unknown)
const toldRuns = array(object({ text: string, marks: optional(marks), change: oneOf('kept', 'inserted', 'deleted', 'marked'), was: optional(marks) }))

interface RedRun {
  text: string
  marks?: Record<string, unknown> | undefined
  change: 'kept' | 'inserted' | 'deleted'
}

/** Runs of a redline. Words whose marks alone change are told once, and shown as going with the old marks and coming with the new. */
const redRuns: Parser<RedRun[]> = (value, where) =>
  toldRuns(value, where).flatMap(({ text, marks, change, was }): RedRun[] =>
    change === 'marked' ? [{ text, marks: was, change: 'deleted' }, { text, marks, change: 'inserted' }] : [{ text, marks, change }])

/** A paragraph as a proposal changes it. Only changed ones are told. */
export const redBlock = object({
  id: string,
  type: string,
  level: optional(integer),
  numbered: optional(boolean),
  depth: optional(integer),
  /** Of the paragraph itself; `changed`: it was another kind. */
  change: oneOf('kept', 'inserted', 'deleted', 'changed'),
  /** Its number in the paper when the proposal was begun; `null` for those that have none. */
  number: nullable(integer),
  runs: redRuns,
})
export type RedBlock = Parsed<typeof redBlock>

const touch = object({
  state: oneOf('untouched', 'touched_since', 'overtaken'),
  gone_characters: since(integer, 0),
  homeless_insertions: since(integer, 0),
  foreign_characters: since(integer, 0),
  gone_paragraphs: since(array(string), []),
  changed_paragraphs: since(array(string), []),
})
export type Touch = Parsed<typeof touch>

const decision = object({
  outcome,
  words: string,
  by: author,
  at: string,
  revision: integer,
  /** Where the resulting words stand. */
  result: nullable(object({ text: string, paragraph: string })),
})
export type Decision = Parsed<typeof decision>

const stance = oneOf('support', 'objection')
export type Stance = Parsed<typeof stance>

export const amendment = object({
  id: string,
  version: integer,
  /** Counts through the paper, from the first submission on. */
  number: nullable(integer),
  /** The paper's slug and the chapter's number. */
  paper: string,
  text: string,
  chapter: string,
  language: string,
  /** Code of the component. */
  component: string,
  hue: integer,
  state,
  title: string,
  reason: string,
  /** Ids of the paragraphs it touches, in the order of the text; it stands beside the first. */
  paragraphs: array(string),
  redline: array(redBlock),
  revision: integer,
  revisions: array(object({ number: integer, at: string, title: string, reason: string })),
  opened_at: string,
  submitted_at: nullable(string),
  /** The round it answers, if any. */
  round: nullable(string),
  /** It came after the round had closed; `admitted_at` tells when it was let in all the same. */
  late: nullable(object({ admitted_at: nullable(string), reason: nullable(string) })),
  /** The thread it was made of. */
  cites: nullable(string),
  sponsors: array(object({ component: string, at: string })),
  voices: array(object({ component: string, stance, words: string, at: string })),
  /** Others that are not decided and touch the same words: only one of them can stand. */
  options: array(string),
  touch: nullable(touch),
  decision: nullable(decision),
  decisions: array(decision),
  withdrawn: nullable(object({ at: string, reason: string })),
  history: array(object({ at: string, what: string, component: nullable(string), revision: nullable(integer) })),
  /** What the acting seat may do with it now. */
  may: object({
    edit: boolean, submit: boolean, withdraw: boolean, discard: boolean, sponsor: boolean, voice: boolean, decide: boolean, admit: boolean,
    /** Why one who decides elsewhere does not decide here. */
    not_decide: nullable(oneOf('own_component', 'worked_on_it')),
  }),
  /** For its own component only: the branch on which the next revision is written. */
  draft: nullable(object({
    text: string,
    document_id: string,
    /** The text as the branch last took it in: what it changes is seen against these. */
    base_heads: array(string),
    title: string,
    reason: string,
    ready: nullable(object({ at: string, by: author })),
    opened_by: author,
    /** The text has changed since. */
    behind: boolean,
    /** There is something to submit; `null` in lists, which do not look into the words. */
    changed: nullable(boolean),
  })),
  /** For the deciders of one component: their own copy of the proposal, to be accepted in other words. */
  copy: nullable(object({ text: string, document_id: string, base_heads: array(string), opened_by: author })),
})
export type Amendment = Parsed<typeof amendment>

export const revision = object({ number: integer, at: string, title: string, reason: string, redline: array(redBlock) })
export type Revision = Parsed<typeof revision>

/** Every act answers with the amendment as it is then, and is refused as `stale_version` when somebody else was first. */
export function amendmentRoutes({ get, all, put, post, create, remove }: Requester) {
  type At = Pick<Amendment, 'id' | 'version'>
  const act = ({ id, version }: At, what: string, body: object) =>
    post(path`/amendments/${id}/${what}`, json(amendment), body, ifMatch(version))
  return {
    /** All of a paper that this seat may see, in the order of the text; of one text only, if given. */
    amendments: (slug: string, text?: string) =>
      all(path`/papers/${slug}/amendments` + query(text === undefined ? {} : { text }), 'amendments', amendment),
    amendment: (id: string) => get(path`/amendments/${id}`, json(amendment)),
    revision: (id: string, number: number) => get(path`/amendments/${id}/revisions/${String(number)}`, json(revision)),

    /** A private branch of the text for the seat's component. */
    propose: (textId: string) => create(path`/texts/${textId}/amendments`, json(amendment), {}),
    /** A draft that cites the thread. */
    proposeFromThread: (threadId: string) => create(path`/threads/${threadId}/amend`, json(amendment), {}),
    /** A draft that holds what was set aside. */
    proposeSetAside: (recordId: string) => create(path`/set-aside/${recordId}/propose`, json(amendment), {}),

    /** Title and reason of the next revision, as typed so far. */
    describe: ({ id, version }: At, words: { title: string; reason: string }) => put(path`/amendments/${id}`, json(amendment), words, ifMatch(version)),
    ready: (at: At, ready: boolean) => act(at, 'ready', { ready }),
    /** Takes in what happened to the text since. */
    refresh: (at: At) => act(at, 'refresh', {}),
    /** `round`: the id of the round it answers, if any. */
    submit: (at: At, words: { title: string; reason: string; round?: string }) => act(at, 'submit', words),
    withdraw: (at: At, reason: string) => act(at, 'withdraw', { reason }),
    discard: (id: string) => remove(path`/amendments/${id}`),

    sponsor: (at: At, sponsor: boolean) => act(at, 'sponsor', { sponsor }),
    /** `null` takes one's voice back. */
    voice: (at: At, stance: Stance | null, words: string) => act(at, 'voice', { stance, words }),

    takeUp: (at: At) => act(at, 'take-up', {}),
    copyToDecide: (at: At) => act(at, 'copy', {}),
    decide: (at: At, outcome: Outcome, words: string) => act(at, 'decide', { outcome, words }),
    admit: (at: At, reason: string) => act(at, 'admit', { reason }),
  }
}
