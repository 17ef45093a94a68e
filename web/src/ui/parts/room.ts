/** Whether words are more than a field takes, counted as the server counts: in characters, an emoji of several code points as several. */
export function isTooLong(words: string, most: number): boolean {
  return lengthOf(words) > most
}

export function lengthOf(words: string): number {
  return [...words.trim()].length
}
