/** Places as the reader's language names them; those that it does not know, as their zone is called. */
import type { MessageId } from '../../i18n'
import { t } from '../shell/words.svelte'
import { placeName, PLACES } from './when'

const NAMES: Record<(typeof PLACES)[number], MessageId> = {
  'America/Mexico_City': 'place-mexico-city',
  'America/Bogota': 'place-bogota',
  'Africa/Dakar': 'place-dakar',
  'Europe/Madrid': 'place-madrid',
  'Asia/Beirut': 'place-beirut',
  'Asia/Jakarta': 'place-jakarta',
}

export function placeWords(zone: string): string {
  const known = PLACES.find((place) => place === zone)
  return known ? t(NAMES[known]) : placeName(zone)
}
