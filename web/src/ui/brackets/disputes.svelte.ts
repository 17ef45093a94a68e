/**
 * The brackets of a paper: fetched, kept fresh by the server's hints, and changed by what one does here. What comes from the server
 * replaces what was known; nothing is shown as done before that. The words change in the text by themselves, as everybody's do.
 */
import { ApiError, type Anchor, type Bracket, type Brackets, type Settling, type Side } from '../../api'
import { Asking } from '../parts/asking'
import { api } from '../shell/session.svelte'

/** Words about to be put in brackets: held as an anchor from the moment it begins, so the text may move on meanwhile. */
export interface Draft {
  /** Of the bracket to be: sent twice, it is opened once. */
  id: string
  anchor: Anchor
  paragraph: string
  /** Pixels from the top of the text, where the card stands. */
  top: number
  /** The component that asked for it, if one did: its code. */
  component: string | null
}

/** The id under which the words of the draft are shown in the text. */
export const BRACKET_DRAFT = 'bracket-draft'

const NOTHING: Brackets = { brackets: [], remaining: {}, unrecorded: [] }

export class Disputes {
  found = $state.raw<Brackets>(NOTHING)
  /** False until they have been fetched once. */
  known = $state(false)
  problem = $state.raw<unknown>(null)
  draft = $state.raw<Draft | null>(null)

  constructor(private readonly slug: string) {}

  /** Asks the server. While it is being asked, further calls become one more question. Never throws: see `problem`. */
  readonly fetch = (): Promise<void> => this.#asking.now()
  readonly #asking = new Asking(() => this.#ask())

  async #ask(): Promise<void> {
    try {
      this.found = await api.brackets(this.slug)
      this.known = true
      this.problem = null
    } catch (error) {
      this.problem = error
    }
  }

  begin(draft: Omit<Draft, 'id'>): void {
    this.draft = { id: crypto.randomUUID(), ...draft }
  }

  dismiss(): void {
    this.draft = null
  }

  /** Opens a bracket on the drafted words. Throws `ApiError`; the draft is kept then. Returns the id of the bracket. */
  async open(text: string, component: string, side: Side, words: string): Promise<string | null> {
    if (!this.draft) return null
    const { id, anchor, paragraph } = this.draft
    try {
      this.#take(await api.openBracket(text, { id, anchor, paragraph, component, side, words }))
    } catch (error) {
      // Its answer was lost on the way, and this was sent once more.
      if (!(error instanceof ApiError && error.code === 'stale_version')) throw error
      await this.fetch()
      if (!this.found.brackets.some((bracket) => bracket.id === id)) throw error
    }
    this.draft = null
    return id
  }

  takeSide = (bracket: Bracket, side: Side, words: string) => this.#act(() => api.takeSide(this.slug, bracket, side, words))
  offer = (bracket: Bracket, words: string) => this.#act(() => api.offerWording(this.slug, bracket, words))
  settle = (bracket: Bracket, settling: Settling) => this.#act(() => api.settleBracket(this.slug, bracket, settling))
  mark = (bracket: Bracket) => this.#act(() => api.markBracket(this.slug, bracket))

  /** Takes away a mark that no open bracket has. */
  async lift(text: string, id: string): Promise<void> {
    await api.liftBracket(text, id)
    await this.fetch()
  }

  async #act(work: () => Promise<Bracket>): Promise<void> {
    try {
      this.#take(await work())
    } catch (error) {
      // Somebody else was first: what they did is shown beside the problem.
      if (error instanceof ApiError && (error.status === 409 || error.status === 412)) await this.fetch()
      throw error
    }
    await this.fetch() // the counts have changed, too
  }

  #take(bracket: Bracket): void {
    const known = this.found.brackets.some(({ id }) => id === bracket.id)
    const brackets = known
      ? this.found.brackets.map((each) => (each.id === bracket.id ? bracket : each))
      : [...this.found.brackets, bracket]
    this.found = { ...this.found, brackets }
  }
}
