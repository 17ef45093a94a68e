/**
 * The comments of a paper while one of its texts is open: fetched once, kept fresh by the server's events, shown for one
 * text. What is written here goes to the server and comes back as the thread it made; nothing is shown as said before that.
 */
import { listenToPaper, type Anchor, type PaperEvents, type Round, type Thread } from '../../api'
import { withThread } from '../../review'
import { Asking } from '../parts/asking'
import { api } from '../shell/session.svelte'

/** A comment being composed: its words are held as an anchor from the moment it begins, so the text may move on meanwhile. */
export interface Draft {
  anchor: Anchor
  paragraph: string
  /** Pixels from the top of the text, where the card stands. */
  top: number
}

/** The id under which the words of the draft are shown in the text. */
export const DRAFT = 'draft'

export class Discussion {
  /** Every thread of the paper that this seat may see. */
  all = $state.raw<readonly Thread[]>([])
  filter = $state<'open' | 'resolved'>('open')
  /** The thread whose card is open; `DRAFT` is the card of the draft. */
  active = $state<string | null>(null)
  draft = $state.raw<Draft | null>(null)
  /** The round that asks one's component, while it runs: one may then say things to the component first. */
  round = $state.raw<Round | null>(null)
  /** Who will read the drafted words; the choice stays for the next comment. */
  audience = $state<'component' | 'all'>('all')
  /** What went wrong when the threads were fetched; `null` when nothing did. */
  problem = $state.raw<unknown>(null)

  constructor(
    private readonly slug: string,
    private readonly textId: string,
  ) {}

  get threads(): Thread[] {
    return this.all.filter((thread) => thread.text === this.textId)
  }

  /** Open threads of any text of the paper, for the outline. */
  openIn(textId: string): number {
    return this.all.filter((thread) => thread.text === textId && thread.state === 'open').length
  }

  /** Fetches the threads and follows what happens to them and to the paper; returns how to stop. `onProcedure` is called after a break, too. */
  follow(
    seat: string,
    onText: (event: PaperEvents['text']) => void,
    onRights: (event: PaperEvents['rights']) => void,
    onProcedure: (topic: string | null) => void,
  ): () => void {
    void this.fetch()
    void this.askRound()
    return listenToPaper(this.slug, seat, {
      onThread: ({ thread }) => this.take(thread),
      onText,
      onRights,
      onMilestone: () => {}, // a sealed draft changes nothing on the page where people write
      onProcedure: ({ topic }) => {
        onProcedure(topic)
        if (topic !== 'rounds') return
        void this.askRound()
        void this.fetch() // what was sealed may be open now
      },
      onResume: () => {
        void this.fetch()
        void this.askRound()
        onProcedure(null)
      },
      onUnreadable: (error) => console.error('An event could not be read.', error),
    })
  }

  fetch(): Promise<void> {
    return this.#asking.now()
  }
  readonly #asking = new Asking(async () => {
    const known = this.all
    try {
      const all = await api.threads(this.slug)
      // What came by an event while the list was on its way may be newer than the list.
      const since = this.all.filter((thread) => !known.includes(thread))
      this.all = since.reduce<readonly Thread[]>(withThread, all)
      this.problem = null
    } catch (error) {
      this.problem = error
    }
  })

  private async askRound(): Promise<void> {
    try {
      const rounds = await api.rounds(this.slug)
      this.round = rounds.find(({ phase, rights }) => (phase === 'open' || phase === 'paused') && rights.is_asked) ?? null
    } catch {
      // Without an answer one comments as outside of a round: for everybody, as the form then says.
      this.round = null
    }
    if (!this.round) this.audience = 'all'
  }

  take(thread: Thread): void {
    this.all = withThread(this.all, thread)
  }

  begin(draft: Draft): void {
    this.draft = draft
    this.filter = 'open'
    this.active = DRAFT
  }

  dismiss(): void {
    this.draft = null
    if (this.active === DRAFT) this.active = null
  }

  /** Opens a thread on the drafted words; null when there is no draft. Throws `ApiError`; the draft is kept then. */
  async say(body: string): Promise<Thread | null> {
    if (!this.draft) return null
    const { anchor, paragraph } = this.draft
    const thread = await api.openThread(this.textId, { anchor, paragraph, body, audience: this.audience })
    this.take(thread)
    this.draft = null
    return thread
  }

  async reply(thread: Thread, body: string): Promise<void> {
    this.take(await api.comment(thread.id, body))
  }

  async resolve(thread: Thread): Promise<void> {
    this.take(await api.resolve(thread.id, thread.version))
    if (this.active === thread.id) this.active = null
  }

  async reopen(thread: Thread): Promise<void> {
    this.take(await api.reopen(thread.id, thread.version))
    this.filter = 'open'
    this.active = thread.id
  }
}
