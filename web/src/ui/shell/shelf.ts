/** The papers as last seen, so that a person whose line is cut can still move between the chapters they have open. */
import { ApiError, type Paper } from '../../api'
import { api, session } from './session.svelte'

/** By seat and slug: what a seat may do with a paper is part of it, and another person may sign in to this window. */
const shelf = new Map<string, Paper>()

/** The paper as the server has it now; as it was last seen when the server gives no answer. Throws `ApiError`. */
export async function takePaper(slug: string): Promise<Paper> {
  const place = `${session.seat?.id} ${slug}`
  try {
    const paper = await api.paper(slug)
    shelf.set(place, paper)
    return paper
  } catch (error) {
    const before = shelf.get(place)
    if (before && error instanceof ApiError && error.status === 0) return before
    throw error
  }
}
