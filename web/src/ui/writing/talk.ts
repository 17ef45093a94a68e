/** What a card may do, told once for all cards of a page. */
import type { Amendment, Thread } from '../../api'

export interface Talk {
  mayComment: boolean
  mayWrite: boolean
  /** The name of a component in the language of the interface, from its code. */
  component(code: string): string
  /** Opens a thread's card; the one that was open folds. */
  unfold(id: string): void
  /** Folds the open card and gives the focus back to where it came from. */
  fold(): void
  /** Whether the card of this thread was opened by its reader just now: then it takes the focus, once. */
  takesFocus(id: string): boolean
  /** Opens a thread with these words on what was selected; its card takes the focus. Throws `ApiError`, and nothing is lost. */
  say(body: string): Promise<void>
  /** Gives up the comment that was begun, and goes back to the text. */
  unsay(): void
  reply(thread: Thread, body: string): Promise<void>
  resolve(thread: Thread): Promise<void>
  reopen(thread: Thread): Promise<void>
  mayPropose: boolean
  /** Code of the component one acts for. */
  ownComponent: string
  support(amendment: Amendment): Promise<void>
  /** Begins brackets around the words of a thread, for the component that asked for them. */
  bracket(thread: Thread): void
  /** Brackets were opened: their card takes the place of the form. */
  bracketed(id: string): void
  /** Begins a proposal that cites the thread. */
  amend(thread: Thread): Promise<void>
}
