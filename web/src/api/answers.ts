/** The answers to components: what each sent in a round, what became of it, and why. */
import { path, query } from './address'
import { redBlock } from './amendments'
import { array, boolean, integer, nullable, object, oneOf, string } from './parse'
import type { Parsed } from './parse'
import { STANCES } from './positions'
import { json, type Requester } from './request'

const tally = object({ component_id: string, sent: integer, answered: integer, positions: integer })
export type AnswerTally = Parsed<typeof tally>

const answer = object({
  outcome: oneOf('accepted', 'modified', 'partly', 'noted', 'not_accepted', 'deferred', 'withdrawn', 'overtaken'),
  words: string,
  by: object({ person: string }),
  at: string,
  /** Where the resulting words stand. */
  result: nullable(object({ language: string, chapter_number: string, paragraph: string })),
})

/** A remark or an amendment that a component sent, and what became of it. */
const item = object({
  id: string,
  /** The running number of an amendment; `null` for a remark. */
  amendment: nullable(integer),
  reference: string,
  chapter_number: string,
  language: string,
  paragraph: nullable(string),
  number: nullable(integer),
  quote: string,
  said: string,
  proposed: string,
  /** What an amendment would change; empty for a remark. */
  redline: array(redBlock),
  sent_at: string,
  on_behalf: boolean,
  late: nullable(oneOf('waiting', 'admitted')),
  admitted_because: nullable(string),
  withdrawn_because: nullable(string),
  answer: nullable(answer),
  satisfied: nullable(boolean),
  missing: nullable(string),
})
export type AnsweredItem = Parsed<typeof item>

/** A position that a component took, and what became of it. */
const stated = object({
  position: string,
  on: oneOf('paper', 'chapter', 'paragraph'),
  chapter_number: string,
  /** Of the paragraph in the draft. */
  number: nullable(integer),
  /** How the paragraph began there. */
  beginning: nullable(string),
  stance: oneOf(...STANCES),
  words: string,
  /** The text that would lift it. */
  way_out: string,
  /** The name of the sealed draft. */
  draft: string,
  sent_at: string,
  on_behalf: boolean,
  late: nullable(oneOf('waiting', 'admitted')),
  admitted_because: nullable(string),
  fate: oneOf('stands', 'to_reconfirm', 'waits', 'replaced', 'lifted'),
  /** When it was replaced or lifted. */
  fate_at: nullable(string),
  replaced_by: nullable(oneOf(...STANCES)),
  changed_chapters: array(string),
})
export type StatedPosition = Parsed<typeof stated>

const reply = object({ round: string, component_id: string, items: array(item), positions: array(stated) })
export type Reply = Parsed<typeof reply>

export function answerRoutes({ get }: Requester) {
  return {
    /** Of the components whose answers the seat may have. */
    answerTallies: async (round: string) => (await get(path`/rounds/${round}/answers`, json(object({ answers: array(tally) })))).answers,
    answersTo: (round: string, component: string) => get(path`/rounds/${round}/answers/${component}`, json(reply)),
    /** An address for a download. */
    answersFile: (round: string, component: string, language: string, format: 'pdf' | 'md') =>
      path`/rounds/${round}/answers/${component}/file` + query({ language, format }),
  }
}
