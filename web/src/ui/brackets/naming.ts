/** Brackets in the words of the interface. */
import type { Bracket } from '../../api'
import type { BracketWords, ShownBracket } from '../../paper'
import { componentName } from '../shell/directory'
import { session } from '../shell/session.svelte'
import { t, words } from '../shell/words.svelte'

export type ShownSide = Exclude<Bracket['sides'][number]['side'], 'left'>

/** How the signs are heard. */
export const bracketWords = (): BracketWords => ({ open: t('bracket-heard-open'), close: t('bracket-heard-close'), stray: t('bracket-heard-stray') })

/** "wants these words out" */
export const sideWords = (side: ShownSide): string => t(`bracket-side-${side}`)

export const isShown = (voice: Bracket['sides'][number]): voice is Bracket['sides'][number] & { side: ShownSide } => voice.side !== 'left'

/** The bracket as the text shows it: heard are those who want something, then those against it. */
export function shownBracket(bracket: Bracket, active: boolean): ShownBracket {
  const heard = bracket.sides.filter(isShown).filter(({ side }) => side !== 'supports')
  const says = heard.map(({ component, side }) =>
    t('bracket-heard-says', { component: componentName(session.directory, component, words.language), says: sideWords(side) }))
  return { id: bracket.id, label: says.join(' '), active, stray: false }
}

export const stateOf = ({ outcome }: Bracket) =>
  outcome === null ? { look: 'warn half', words: t('bracket-open') }
  : outcome.end === 'withdrawn' ? { look: 'off', words: t('bracket-withdrawn') }
  : { look: 'good full', words: t(`bracket-${outcome.end}`) }

export const componentsList = (codes: readonly string[]): string =>
  new Intl.ListFormat(words.language).format(codes.map((code) => componentName(session.directory, code, words.language)))
