/** What is wrong with a form, in the reader's words, and where. */
import { ApiError } from '../../api'
import { fieldOf } from '../parts/act.svelte'
import { errorWords, t } from '../shell/words.svelte'

/** The rule of that field; else what the error says by itself. `name` means the name of a component or of a person. */
export function fieldWords(error: unknown, of: 'component' | 'person'): string {
  const field = fieldOf(error)
  if (!(error instanceof ApiError) || error.code !== 'field_invalid' || field === null) return errorWords(error)
  if (field === 'code') return t('field-code')
  if (field === 'email') return t('field-email')
  if (field === 'name' || field.startsWith('name.')) return t(of === 'component' ? 'field-component-name' : 'field-name')
  return errorWords(error)
}
