/** The beginning: the look and the language first, so that nothing is shown twice, then the pages. */
import { mount } from 'svelte'
import App from './ui/App.svelte'
import { stayOffline } from './offline/register'
import { look } from './ui/shell/appearance.svelte'
import { session } from './ui/shell/session.svelte'
import { words } from './ui/shell/words.svelte'
import './styles/index.css'

look.start()
const target = document.getElementById('app')
if (!target) throw new Error('index.html has no element #app')

words.start().then(
  () => {
    target.replaceChildren()
    mount(App, { target })
    // The development server builds no worker.
    if (import.meta.env.PROD) stayOffline({ seat: () => session.seat?.id ?? null })
  },
  (error: unknown) => {
    // Not even the words are there: the page's own few, in both languages, stand in `index.html` for this moment.
    document.getElementById('unreachable')?.removeAttribute('hidden')
    console.error(error)
  },
)
