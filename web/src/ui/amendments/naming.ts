/** How an amendment is called: by its number once it has one, by its title before. */
import type { Amendment } from '../../api'
import { t } from '../shell/words.svelte'
import { inShort, plainWords } from './redblocks'

/** "Amendment 14", or "Draft" while it has no number. */
export function nameOf({ number }: Pick<Amendment, 'number'>): string {
  return number === null ? t('amend-draft') : t('amend-number', { number })
}

/** Its title; without one, the first words it puts in, or takes out. */
export function titleOf(amendment: Pick<Amendment, 'title' | 'redline' | 'draft'>): string {
  const title = amendment.title || amendment.draft?.title || ''
  if (title !== '') return title
  const changes = inShort(amendment.redline, 120)
  const words = plainWords(changes.filter(({ change }) => change === 'inserted').slice(0, 1)) || plainWords(changes.filter(({ change }) => change === 'deleted').slice(0, 1))
  return words === '' ? t('amend-untitled') : words
}

/** "paragraph 32", "paragraphs 32 and 34"; empty when it touches none that has a number. */
export function placesOf({ redline }: Pick<Amendment, 'redline'>): string {
  const numbers = [...new Set(redline.flatMap(({ number }) => (number === null ? [] : [number])))]
  return numbers.length === 0 ? '' : t('amend-paragraphs', { count: numbers.length, numbers: numbers.join(', ') })
}
