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
}

/**
 * The others, one entry for each seat, by name, however many windows each has open. A seat that is not in the directory is
 * left out: we show no one we cannot name.
 */
export function companions(present: readonly PresentPerson[], own: string, directory: Directory, language: string): Companion[] {
  const seats = [...new Set(present.map((each) => each.seat))].filter((seat) => seat !== own)
  return seats
    .flatMap((seat) => {
      const holder = directory.get(seat)
      if (!holder) return []
      const { name, initials, component } = holder
      return [{ seat, name, initials, component: inLanguage(component.name, language), hue: component.hue }]
    })
    .sort((a, b) => a.name.localeCompare(b.name))
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
