/** Review rounds, what components send in them, what is asked of whom, and what people are told: shapes and routes. */
import { ifMatch, path, query } from './address'
import { thread, translated } from './model'
import { array, boolean, integer, nullable, object, oneOf, record, since, string } from './parse'
import type { Parsed } from './parse'
import { json, nothing, type Requester } from './request'

const holder = { seat_id: string, person: string, initials: string, component: string, hue: integer }
const done = { ...holder, at: string }
const reasoned = { ...done, reason: string }

export const round = object({
  id: string,
  milestone: string,
  name: string,
  /** What it is for; may be empty. */
  about: string,
  asks: array(oneOf('comments', 'amendments', 'position')),
  /** Ids of the components that are asked. */
  invited: array(string),
  released: array(object({ component_id: string, ...reasoned })),
  opens: string,
  /** From this instant on what comes is late. */
  closes: string,
  visibility: oneOf('open', 'sealed_until_close', 'rapporteurs_only'),
  phase: oneOf('draft', 'scheduled', 'open', 'paused', 'closed', 'published'),
  paused: nullable(object(reasoned)),
  extensions: array(object({ ...reasoned, from: string, to: string })),
  closed_early: nullable(object(reasoned)),
  published: nullable(object(done)),
  rights: object({ may_run: boolean, is_asked: boolean, may_prepare: boolean, may_submit: boolean, may_admit: boolean }),
  version: integer,
})
export type Round = Parsed<typeof round>
export type Phase = Round['phase']
export type Asks = Round['asks'][number]
export type Visibility = Round['visibility']

export interface RoundPlan {
  name: string
  about: string
  asks: Asks[]
  invited: string[]
  opens: string
  closes: string
  visibility: Visibility
}

export const standing = object({
  id: string,
  code: string,
  name: translated,
  kind: oneOf('section', 'committee', 'working_group', 'partner', 'city', 'secretariat'),
  hue: integer,
  /** Focal points first; empty when nobody speaks for it. */
  speakers: array(object(holder)),
  /** `null` when we may not know. */
  has_answered: nullable(boolean),
  chapters_read: nullable(integer),
  /** Remarks by chapter id. */
  remarks: record(integer),
  last_at: nullable(string),
})
export type Standing = Parsed<typeof standing>

export const coverage = object({
  components: array(standing),
  chapters: array(object({ id: string, remarks: integer, components: integer, read_by: nullable(integer) })),
  remarks: integer,
  open: integer,
  late: integer,
})
export type Coverage = Parsed<typeof coverage>

export const task = object({
  paper: string,
  /** The round that asks; `null` when something else does. */
  round: nullable(string),
  round_name: string,
  /** The procedure that asks, for `object`. */
  silence: since(nullable(string), null),
  kind: oneOf(
    'remark', 'prepare', 'send', 'position', 'submit', 'object', 'reconfirm',
    'admit', 'admit_amendments', 'decide', 'settle', 'remind', 'announce',
  ),
  remarks: since(integer, 0),
  components: since(integer, 0),
  positions: since(integer, 0),
  amendments: since(integer, 0),
  brackets: since(integer, 0),
  by: nullable(string),
})
export type ReviewTask = Parsed<typeof task>

export const notice = object({
  id: string,
  seat_id: string,
  paper: string,
  /** A word with a message `notice-KIND`. */
  kind: string,
  about: string,
  about_id: string,
  /** A round's or a draft's name, an amendment's title; empty without one. */
  name: string,
  /** An amendment's; `null` for other things, and when we may not read it any more. */
  number: nullable(integer),
  /** Whose act it was, where that is part of the news. */
  by: nullable(object({ component: string, name: translated })),
  words: string,
  told_at: string,
  seen_at: nullable(string),
})
export type Notice = Parsed<typeof notice>

const rounds = object({ rounds: array(round) })
const tasks = object({ tasks: array(task) })
const notices = object({ notices: array(notice), unseen: integer, next: nullable(string) })
const sent = object({ threads: array(thread) })
const reminded = object({ people: integer, already: array(object({ component_id: string, at: string })) })
export type Reminded = Parsed<typeof reminded>

export function roundRoutes({ get, pages, post, put, create }: Requester) {
  const act = (id: string, name: string, body: unknown, version?: number) =>
    post(path`/rounds/${id}` + `/${name}`, json(round), body, ifMatch(version))
  return {
    rounds: async (slug: string) => (await get(path`/papers/${slug}/rounds`, json(rounds))).rounds,
    planRound: (slug: string, plan: RoundPlan & { milestone: string }) => create(path`/papers/${slug}/rounds`, json(round), plan),
    changeRound: (id: string, plan: RoundPlan, version?: number) => put(path`/rounds/${id}`, json(round), plan, ifMatch(version)),
    announceRound: (id: string, version?: number) => act(id, 'announce', {}, version),
    pauseRound: (id: string, reason: string, version?: number) => act(id, 'pause', { reason }, version),
    resumeRound: (id: string, version?: number) => act(id, 'resume', {}, version),
    extendRound: (id: string, closes: string, reason: string, version?: number) => act(id, 'extend', { closes, reason }, version),
    closeRound: (id: string, reason: string, version?: number) => act(id, 'close', { reason }, version),
    inviteToRound: (id: string, components: string[], version?: number) => act(id, 'invite', { components }, version),
    releaseFromRound: (id: string, component: string, reason: string, version?: number) => act(id, 'release', { component, reason }, version),
    publishRound: (id: string, version?: number) => act(id, 'publish', {}, version),
    /** Answers with how many people were told. */
    /** Whoever was reminded within the last day is in `already`, and is not told again. */
    remind: (id: string, components: string[], words: string) => create(path`/rounds/${id}/remind`, json(reminded), { components, words }),
    coverage: (id: string) => get(path`/rounds/${id}/coverage`, json(coverage)),
    /** An address for a download: a table of the components; `pdf` once the round is closed, who was asked and who answered. */
    coverageFile: (id: string, language: string, format: 'xlsx' | 'csv' | 'pdf') => path`/rounds/${id}/coverage/file` + query({ language, format }),
    /** A chapter is on the screen. */
    noteReading: (slug: string, chapter: string) => post(path`/papers/${slug}/readings`, nothing, { chapter }),

    prepareRemark: (id: string, keep: boolean, note: string, version?: number) =>
      post(path`/threads/${id}/prepare`, json(thread), { keep, note }, ifMatch(version)),
    /** All of them or none; each with the version that was looked at. */
    sendRemarks: async (slug: string, roundId: string, remarks: { id: string; version: number }[]) =>
      (await create(path`/papers/${slug}/remarks`, json(sent), { round: roundId, remarks })).threads,
    withdrawRemark: (id: string, reason: string, version?: number) =>
      post(path`/threads/${id}/withdraw`, json(thread), { reason }, ifMatch(version)),
    admitRemark: (id: string, reason: string, version?: number) =>
      post(path`/threads/${id}/admit`, json(thread), { reason }, ifMatch(version)),

    tasks: async () => (await get('/api/v1/tasks', json(tasks))).tasks,
    async notices(): Promise<{ notices: Notice[]; unseen: number }> {
      const read = await pages('/api/v1/notices', json(notices))
      return { unseen: read[0].unseen, notices: read.flatMap((page) => page.notices) }
    },
    noticesSeen: (ids: string[]) => post('/api/v1/notices/seen', nothing, { notices: ids }),
  }
}
