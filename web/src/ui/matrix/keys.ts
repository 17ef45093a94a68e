/** The letters that answer a row, and what each one means. They count only while a row has the focus. */
import type { AnswerOutcome } from '../../api'
import { OUTCOME_SIGNS } from '../parts/signs'

export const ANSWER_KEYS: Readonly<Record<string, AnswerOutcome>> = {
  a: 'accepted', m: 'modified', p: 'partly', n: 'noted', x: 'not_accepted', d: 'deferred', o: 'overtaken',
}

/** What can be given as an answer, in the order of the form. */
export const GIVEN = Object.values(ANSWER_KEYS)

/** What an amendment gets from here; what is to be written first is decided on its page. */
export const GIVEN_TO_AMENDMENTS: readonly AnswerOutcome[] = ['accepted', 'not_accepted', 'deferred', 'overtaken']

/** Answers that may stand without words. */
export const WITHOUT_WORDS: readonly AnswerOutcome[] = ['accepted', 'noted']

/** Drawn with a shape beside the word: `.state` and these. */
export const SHAPES: Readonly<Record<string, string>> = { unanswered: 'off', ...OUTCOME_SIGNS }
