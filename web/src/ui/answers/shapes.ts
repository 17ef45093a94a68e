/** How an outcome looks: a shape and a colour beside its word. */
import type { AnsweredItem } from '../../api'

type Outcome = NonNullable<AnsweredItem['answer']>['outcome']

export const SHAPES: Record<Outcome, string> = {
  accepted: 'good full',
  modified: 'good half',
  partly: 'good half',
  noted: 'act full',
  not_accepted: 'bad square',
  deferred: 'warn half',
  withdrawn: 'off square',
  overtaken: 'off square',
}
