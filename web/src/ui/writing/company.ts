/** Who else is in the text: from windows and seats to people with names, once each, and to the carets they leave. */
import type { RemoteCaret } from '../../paper'
import type { PresentPerson } from '../../sync'
import { inLanguage, type Directory } from '../shell/directory'

export interface Companion {
  seat: string
  name: string
  initials: string
  component: string
  hue: number
  you: boolean
}

/**
 * One entry for each seat, however many windows it has open; oneself first, then by name. A seat that is not in the
 * directory is left out: we show no one we cannot name.
 */
export function companions(present: readonly PresentPerson[], own: string, directory: Directory, language: string): Companion[] {
  const seats = [...new Set([own, ...present.map((each) => each.seat)])]
  return seats
    .flatMap((seat) => {
      const holder = directory.get(seat)
      if (!holder) return []
      const { name, initials, component } = holder
      return [{ seat, name, initials, component: inLanguage(component.name, language), hue: component.hue, you: seat === own }]
    })
    .sort((a, b) => Number(b.you) - Number(a.you) || a.name.localeCompare(b.name))
}

/** One caret for each window of the others, named. Windows without a caret, and people we cannot name, leave none. */
export function carets(present: readonly PresentPerson[], directory: Directory, language: string): RemoteCaret[] {
  return present.flatMap(({ connection, seat, caret, anchor }) => {
    const holder = directory.get(seat)
    if (!holder || caret === null) return []
    const { name, component } = holder
    return [{ connection, name, component: inLanguage(component.name, language), hue: component.hue, caret, anchor }]
  })
}
