/** How a row is called: a remark by its reference, an amendment by its number, as everywhere. */
import type { MatrixRow } from '../../api'
import { t } from '../shell/words.svelte'

export const isAmendment = ({ kind }: Pick<MatrixRow, 'kind'>): boolean => kind === 'amendment'

/** "AFR-7K3QX", or "Amendment 12". */
export function rowName(row: Pick<MatrixRow, 'kind' | 'reference'>): string {
  return isAmendment(row) ? t('amend-number', { number: Number(row.reference) }) : row.reference
}
