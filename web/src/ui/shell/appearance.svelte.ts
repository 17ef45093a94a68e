/** Light or dark: the system decides unless the person does. The choice is `data-theme` on the root element (`tokens.css`). */
import { remembered } from './remembered'

export const appearances = ['system', 'light', 'dark'] as const
export type Appearance = (typeof appearances)[number]

class Look {
  #chosen = $state<Appearance>('system')

  get chosen(): Appearance {
    return this.#chosen
  }

  set chosen(appearance: Appearance) {
    this.#chosen = appearance
    remembered.appearance.set(appearance === 'system' ? null : appearance)
    this.#show()
  }

  /** Shows what was chosen at an earlier visit. */
  start(): void {
    const before = remembered.appearance.get()
    this.#chosen = appearances.find((each) => each === before) ?? 'system'
    this.#show()
  }

  #show(): void {
    const root = document.documentElement
    if (this.#chosen === 'system') delete root.dataset.theme
    else root.dataset.theme = this.#chosen
  }
}

export const look = new Look()
