/** What a position is about, in words. */
import type { Subject } from '../../api'
import { t } from '../shell/words.svelte'

export function subjectWords(subject: Subject): string {
  if (subject.on === 'paper') return t('position-on-paper')
  if (subject.on === 'chapter') return t('position-on-chapter', { number: subject.number ?? '' })
  if (subject.paragraph_number !== null) return t('position-on-paragraph', { number: subject.paragraph_number })
  return t('position-on-words', { beginning: subject.beginning ?? '' })
}
