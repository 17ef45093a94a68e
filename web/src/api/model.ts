/**
 * What the server says, as types and as the parsers that check it. Each type is read off its parser, so the two cannot
 * part. Ids are UUIDs, times RFC 3339 in UTC, heads and digests lowercase hexadecimal.
 */
import { array, boolean, integer, nullable, object, oneOf, optional, record, since, string, unknown } from './parse'
import type { Parsed } from './parse'
import { planned } from './planned'
import { named } from './preflight'
import { proved } from './proofs'

/** A text in several interface languages: `{ es: '…', en: '…' }`. Not every language need be there. */
export const translated = record(string)
export type Translated = Parsed<typeof translated>

export const component = object({
  id: string,
  /** Short name, such as `AFR`. */
  code: string,
  name: translated,
  kind: oneOf('section', 'committee', 'working_group', 'partner', 'city', 'secretariat'),
  /** 1 to 8: the colour of its people's carets and cards. */
  hue: integer,
  /** Nobody is invited to it any more, and no new round asks it. */
  closed: since(boolean, false),
  version: since(integer, 0),
})
export type Component = Parsed<typeof component>

export const seatFunction = oneOf('focal_point', 'deputy', 'contributor', 'observer')

/** One hat of the signed-in person. Every edit and comment is made with exactly one. */
export const seat = object({
  id: string,
  component,
  function: seatFunction,
  hue: integer,
  grants: array(object({
    scope: oneOf('service', 'paper', 'chapter'),
    id: nullable(string),
    role: oneOf('admin', 'secretariat', 'rapporteur', 'committee', 'pen'),
  })),
})
export type Seat = Parsed<typeof seat>

export const me = object({
  person: object({ id: string, name: string, email: string, initials: string }),
  seats: array(seat),
  /** What was written with them may still be on this device. */
  ended_seats: since(array(string), []),
  service: object({
    version: string,
    demo: boolean,
    /** The service's clock; a demonstration lives in September 2016. */
    now: string,
    languages: array(string),
  }),
})
export type Me = Parsed<typeof me>

export const person = object({
  id: string,
  name: string,
  initials: string,
  seats: array(object({ id: string, component_id: string, function: seatFunction })),
})
export type Person = Parsed<typeof person>

const summaryFields = {
  id: string,
  slug: string,
  title: translated,
  summary: translated,
  languages: array(string),
  /** Numbered paragraphs by language. */
  paragraphs: record(integer),
  edited_at: nullable(string),
  /** Persons who edited today, on the service's clock. */
  edited_by: integer,
  /** Dates are calendar days, `2016-10-12`. */
  planned: array(planned),
  milestones: array(object({ id: string, name: string, sealed_at: string, brackets: since(integer, 0), ...named, publication: since(oneOf('private', 'public', 'withdrawn'), 'private') })),
}

export const paperSummary = object({ ...summaryFields, chapters: integer })
export type PaperSummary = Parsed<typeof paperSummary>

/** One language version of a chapter, as the paper lists it. */
export const chapterText = object({
  id: string,
  /** The same id as stock automerge-repo spells it: base58check. */
  document_id: string,
  heads: array(string),
  /** UTF-16 code units, block markers included. */
  characters: integer,
  title: string,
  /** How many numbered paragraphs stand in it, and the number of the first. */
  numbered: integer,
  first_number: integer,
  /** How many notes, and the number of the first. */
  notes: since(integer, 0),
  first_note: since(integer, 1),
  open_threads: integer,
})
export type ChapterText = Parsed<typeof chapterText>

/** A seat as others see it: who, and for which component. */
const holder = { seat_id: string, person: string, initials: string, component: string, hue: integer }

const chapterRights = {
  id: string,
  /** What this seat may do with the words; each holds all before it. */
  access: nullable(oneOf('read', 'propose', 'write')),
  may_write: boolean,
  may_lock: since(boolean, false),
  may_give_pens: since(boolean, false),
  /** Nobody writes while it is there. */
  lock: nullable(object({ ...holder, at: string, reason: string })),
  lock_version: since(integer, 0),
}
export const chapterRight = object(chapterRights)
export type ChapterRights = Parsed<typeof chapterRight>

/** A seat that writes directly. `chapter` is null when it reaches the whole paper. */
export const pen = object({ ...holder, role: oneOf('pen', 'committee'), chapter: nullable(string), version: integer })
export type Pen = Parsed<typeof pen>

const rights = object({ may_seal: boolean, may_comment: boolean, may_give_pens: since(boolean, false) })

/** All of a paper that changes when somebody's rights change. */
export const paperRights = object({ rights, chapters: array(chapterRight), pens: array(pen) })
export type PaperRights = Parsed<typeof paperRights>

export const chapter = object({
  ...chapterRights,
  /** Computed, such as `4.1`. */
  number: string,
  parent: nullable(string),
  /** The language it is drafted in; the other texts render that one. */
  language: string,
  texts: record(chapterText),
})
export type Chapter = Parsed<typeof chapter>

export const paper = object({
  ...summaryFields,
  chapters: array(chapter),
  rights,
  pens: since(array(pen), []),
})
export type Paper = Parsed<typeof paper>

/** Words with the marks they carry; `link` holds an address, `lang` a language code, the others `true`. */
export const run = object({ text: string, marks: optional(record(unknown)) })
export type Run = Parsed<typeof run>

/** What a block is, without its words. */
export const blockKind = {
  id: string,
  type: string,
  level: optional(integer),
  numbered: optional(boolean),
  depth: optional(integer),
  /** Of a cell: which table, row and column, as ids, and whether it is a head. */
  table: optional(string),
  row: optional(string),
  column: optional(string),
  header: optional(boolean),
  /** Of a picture: its name, what it shows, whose it is. */
  blob: optional(string),
  alt: optional(string),
  credit: optional(string),
}

/** One block. Kinds and fields beyond these are kept by the server and ignored here. */
export const block = object({
  ...blockKind,
  renders: optional(string),
  renders_sha256: optional(string),
  runs: optional(array(run)),
})
export type Block = Parsed<typeof block>

export const text = object({
  id: string,
  language: string,
  heads: array(string),
  digest: string,
  first_number: integer,
  blocks: array(block),
})
export type Text = Parsed<typeof text>

export const textSaved = object({ heads: array(string), changed_blocks: integer })

export const attribution = object({
  heads: array(string),
  /** By Automerge actor, in hexadecimal. */
  actors: record(object({ seat_id: string, person: string, component: string })),
  /** Offsets are UTF-16 code units in the Automerge text; a block marker counts one. */
  runs: array(object({ start: integer, end: integer, actor: string, at: nullable(string) })),
})
export type Attribution = Parsed<typeof attribution>

/** A passage by the identities of its characters, so that it survives everybody's edits. */
export const anchor = object({
  runs: array(object({ actor: string, counter: integer, length: integer })),
  heads: array(string),
  quote: string,
})
export type Anchor = Parsed<typeof anchor>

export const audience = oneOf('component', 'rapporteurs', 'all')
export type Audience = Parsed<typeof audience>

export const comment = object({
  id: string,
  seat_id: string,
  person: string,
  initials: string,
  component: string,
  hue: integer,
  at: string,
  /** Plain text. */
  body: string,
  /** The component says it: whoever wrote it inside is not told, and `person` is empty. */
  as_component: since(boolean, false),
})
export type Comment = Parsed<typeof comment>

export const thread = object({
  id: string,
  text: string,
  /** The block it was opened in: 16 hexadecimal digits. */
  paragraph: string,
  audience,
  state: oneOf('open', 'resolved'),
  anchor,
  version: integer,
  created_at: string,
  comments: array(comment),
  resolved_by: optional(string),
  resolved_at: optional(string),
  /** How its component sent it; nothing for what was never sent in a component's name. */
  sent: optional(object({
    component: string,
    round: nullable(string),
    at: string,
    on_behalf: boolean,
    /** It came after the closing, and waits or was let in. */
    late: nullable(oneOf('waiting', 'admitted')),
    admitted_because: nullable(string),
  })),
  /** What the component means to do with it; only its people are told. */
  prepared: optional(object({ keep: boolean, note: string, person: string })),
  /** Why the component took it back. */
  withdrawn: optional(string),
})
export type Thread = Parsed<typeof thread>

export const milestone = object({
  id: string,
  /** The paper's slug. */
  paper: string,
  name: string,
  ...named,
  event: optional(string),
  date: optional(string),
  note: optional(string),
  sealed_at: string,
  sealed_by: object({ person: string, component: string }),
  texts: array(object({
    text: string,
    chapter: string,
    number: string,
    language: string,
    title: string,
    heads: array(string),
    digest: string,
    words: integer,
  })),
  /** How many brackets were open in it, in the languages the chapters are drafted in. */
  brackets: since(integer, 0),
  languages: array(string),
  /** Over the digests of the texts: the fingerprint people compare. */
  digest: string,
  files: record(object({ pdf: string, md: string })),
  ...proved,
})
export type Milestone = Parsed<typeof milestone>

/** What the person wrote and the text did not take. */
export const setAside = object({
  id: string,
  seat_id: string,
  text: string,
  /** The paper's slug and the chapter's number. */
  paper: string,
  chapter: string,
  language: string,
  title: string,
  /** A code with a message `error-CODE`. */
  reason: string,
  received_at: string,
  words: integer,
  written: array(string),
  merged: boolean,
})
export type SetAside = Parsed<typeof setAside>

export const signInLink = object({ url: string, expires_at: string })
export const syncTicket = object({ ticket: string, expires_at: string })

export const problem = object({
  title: optional(string),
  code: string,
  detail: optional(string),
  request_id: optional(string),
  details: optional(record(unknown)),
})

export const events = {
  thread: object({ thread }),
  milestone: object({ id: string, name: string }),
  /** Somebody's rights changed, perhaps ours: what we may do now. Also said when the stream begins. */
  rights: paperRights,
  /** A hint that something of this topic changed. */
  procedure: object({ topic: string }),
  /** A text's outline changed: its title, its count of numbered paragraphs, its length or its heads. */
  text: object({ text: string, title: string, numbered: integer, notes: since(integer, 0), characters: integer, heads: array(string) }),
}
export type PaperEvents = { [K in keyof typeof events]: Parsed<(typeof events)[K]> }
