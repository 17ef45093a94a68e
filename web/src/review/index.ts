/** Comments beside the text: their order, their places, and the numbers people quote. Pure values; the pages draw them. */
export { layoutCards } from './layout'
export type { CardPlace, LayoutOptions } from './layout'
export { firstNotes, firstNumbers } from './numbering'
export { countThreads, groupThreads, withThread } from './threads'
export type { ThreadGroups, ThreadPlace } from './threads'
export { EVERYTHING, filterOf, isOpen, itemsOf, NOBODY, rowAfter, rowBeside, searchOf, STILL_OPEN, topsOf, windowOf } from './matrix'
export type { Filter, Grouping, Item } from './matrix'
