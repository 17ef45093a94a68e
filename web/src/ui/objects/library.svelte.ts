/** The sources of a paper, as the page has them: asked for once, and again when a hint says that they changed. */
import type { Source } from '../../api'
import { api } from '../shell/session.svelte'

export class Library {
  sources = $state.raw<readonly Source[]>([])
  mayAdd = $state(false)
  /** True once the server has said which there are. */
  known = $state(false)
  problem = $state.raw<unknown>(null)

  constructor(private readonly slug: string) {}

  async fetch(): Promise<void> {
    try {
      const { sources, may_add } = await api.sources(this.slug)
      this.sources = sources
      this.mayAdd = may_add
      this.known = true
      this.problem = null
    } catch (error) {
      this.problem = error
    }
  }

  /** What the server made of one of them. */
  take(source: Source): void {
    const others = this.sources.filter(({ id }) => id !== source.id)
    this.sources = [...others, source]
  }
}
