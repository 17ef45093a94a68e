/**
 * What a screen reader is told that the page shows by changing: a list has become shorter, a box has closed, a round is closed. One place
 * on every page says it (`App.svelte`), so that it is heard even when what was pressed is gone.
 */
import { tick } from 'svelte'
import { navigation } from './navigation.svelte'

class Told {
  words = $state('')
}
export const told = new Told()

/** Says these words, also when the same were said just before. */
export function tell(words: string): void {
  told.words = ''
  void tick().then(() => (told.words = words))
}

/**
 * When what had the focus is gone, the focus goes to `to`, else to the page's heading: never to nothing, from where Tab begins anew. What
 * stands in a box that has just closed is gone, too. A page that one is going to takes the focus itself.
 */
export async function keepFocus(to?: () => HTMLElement | null | undefined): Promise<void> {
  await tick()
  if (navigation.isArriving) return
  const focused = document.activeElement
  if (focused && focused !== document.body && focused.checkVisibility()) return
  const place = to?.() ?? document.querySelector<HTMLElement>('main h1[tabindex]') ?? document.querySelector<HTMLElement>('main')
  place?.focus({ preventScroll: true })
}
