/** Hears that something of a paper changed, on pages that then read it anew. */
import { listenToPaper } from '../../api'
import { session } from './session.svelte'

const nothing = () => {}

/**
 * Calls `look` when something of these topics changed, and after a broken connection, which may have hidden such news; with `sealing`,
 * when a draft was sealed, too; with `readBefore`, as soon as one hears, for pages whose words were read well before. Returns how to stop.
 */
export function onHint(slug: string, topic: string | readonly string[], look: () => void, { sealing = false, readBefore = false } = {}): () => void {
  return listenToPaper(slug, session.seat?.id ?? null, {
    onThread: nothing,
    onMilestone: sealing ? look : nothing,
    onText: nothing,
    onRights: nothing,
    onProcedure: (event) => {
      if ([topic].flat().includes(event.topic)) look()
    },
    onOpen: readBefore ? look : nothing,
    onResume: look,
    onUnreadable: (error) => console.error('An event could not be read.', error),
  })
}
