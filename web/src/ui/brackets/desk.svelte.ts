/** Brackets on the desk where a text is written: the editor is told of them, and they are told of what the editor has. */
import { bracketWords, shownBracket } from './naming'
import type { Disputes } from './disputes.svelte'
import type { Discussion } from '../writing/discussion.svelte'
import type { Workbench } from '../writing/workbench.svelte'

/** Call it while the page is made. `show` opens the card of a bracket whose words were pressed. */
export function showBrackets(disputes: Disputes, bench: Workbench, discussion: Discussion, text: string, show: (id: string) => void): void {
  $effect(() => {
    if (!bench.ready) return
    const here = disputes.found.brackets.filter((each) => each.text === text)
    const strays = disputes.found.unrecorded.filter((each) => each.text === text).map(({ id }) => ({ id, label: '', active: false, stray: true }))
    bench.editor?.setBrackets([...here.map((each) => shownBracket(each, each.id === discussion.active)), ...strays], bracketWords())
  })

  // A mark that came before the news of its bracket; or one of nobody, which only the server can tell. Each is asked for once.
  const asked = new Set<string>()
  $effect(() => {
    const known = new Set([...disputes.found.brackets, ...disputes.found.unrecorded].map(({ id }) => id))
    const fresh = [...bench.brackets.keys()].filter((id) => !known.has(id) && !asked.has(id))
    if (!disputes.known || fresh.length === 0) return
    for (const id of fresh) asked.add(id)
    void disputes.fetch()
  })

  $effect(() => (bench.ready ? bench.editor?.onBracketClick(show) : undefined))
}
