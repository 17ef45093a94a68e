/** What lies on a component's desk: its remarks by how far they are, and beside them what came late from others. */
import type { Thread } from '../../api'

export interface Desk {
  /** Said inside, and not looked at yet. */
  waiting: Thread[]
  /** To be sent. */
  kept: Thread[]
  /** Left inside, with a note. */
  left: Thread[]
  /** Sent in the component's name, taken back ones among them. */
  sent: Thread[]
  /** Sent by other components after the closing, and waiting to be let in. */
  late: Thread[]
}

/** `own` is the code of one's component. */
export function atDesk(threads: readonly Thread[], own: string): Desk {
  const inside = threads.filter((thread) => thread.audience === 'component' && !thread.sent)
  return {
    waiting: inside.filter(({ prepared, state }) => !prepared && state === 'open'),
    kept: inside.filter(({ prepared }) => prepared?.keep === true),
    // What was settled inside needs no sending; it can still be kept.
    left: inside.filter(({ prepared, state }) => prepared?.keep === false || (!prepared && state === 'resolved')),
    sent: threads.filter(({ sent }) => sent?.component === own),
    late: threads.filter(({ sent, withdrawn }) => sent?.late === 'waiting' && sent.component !== own && withdrawn === undefined),
  }
}
