/** Who sits where: from a seat to the person, their initials and their component. */
import type { Component, Paper, Person, Seat } from '../../api'

export interface SeatHolder {
  personId: string
  name: string
  initials: string
  component: Component
  function: Seat['function']
}

/** Seat id → who holds it. */
export type Directory = ReadonlyMap<string, SeatHolder>

/** The directory of all seats. A seat of a component we were not told about is left out. */
export function directoryOf(people: readonly Person[], components: readonly Component[]): Directory {
  const byId = new Map(components.map((component) => [component.id, component]))
  const directory = new Map<string, SeatHolder>()
  for (const person of people) {
    for (const seat of person.seats) {
      const component = byId.get(seat.component_id)
      if (component) directory.set(seat.id, { personId: person.id, name: person.name, initials: person.initials, component, function: seat.function })
    }
  }
  return directory
}

/** The name of a component from its code, which is all that comments and sealed drafts carry; the code itself when nobody of it is known. */
export function componentName(directory: Directory, code: string, language: string): string {
  for (const { component } of directory.values()) if (component.code === code) return inLanguage(component.name, language)
  return code
}

/** The people who submit in a component's name, by name. */
export function focalPointsOf(directory: Directory, code: string): string[] {
  const names = [...directory.values()].filter((holder) => holder.component.code === code && holder.function === 'focal_point').map(({ name }) => name)
  return [...new Set(names)].sort()
}

/** The words in the wanted language, else in English, else in whatever language there is; empty only when there are none. */
export function inLanguage(words: Readonly<Record<string, string>>, language: string): string {
  return words[language] ?? words.en ?? Object.values(words)[0] ?? ''
}

/** Some of a paper's languages in the paper's own order, which is the same on every page; one that the paper has no more stands last. */
export function inOrderOf({ languages }: Pick<Paper, 'languages'>, some: readonly string[]): string[] {
  return [...languages.filter((each) => some.includes(each)), ...some.filter((each) => !languages.includes(each))]
}
