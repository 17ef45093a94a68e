/**
 * Where the cards of the margin stand: beside their words where there is room, never over each other, in the order of the
 * text, and the open one exactly at its place.
 */

export interface CardPlace {
  id: string
  /** Where the card would like to begin: pixels from the top of the margin. Places come in the order of the text. */
  top: number
}

export interface LayoutOptions {
  /** The open card: it keeps its place, the others make room. */
  active?: string | null
  /** No card begins above this. */
  floor?: number
  /** Pixels between two cards. */
  gap?: number
}

const GAP = 8

/** Tops by id. A card whose height is not known yet counts as having none. */
export function layoutCards(
  places: readonly CardPlace[],
  heights: Readonly<Record<string, number>>,
  { active = null, floor = 0, gap = GAP }: LayoutOptions = {},
): Map<string, number> {
  const room = ({ id }: CardPlace) => (heights[id] ?? 0) + gap
  const wishes = places.map(({ top }) => Math.max(top, floor))
  const after = (tops: number[], i: number) => (i === 0 ? floor : tops[i - 1]! + room(places[i - 1]!))

  // Downwards: nobody begins before the one above has ended.
  const tops: number[] = []
  wishes.forEach((wish, i) => tops.push(Math.max(wish, after(tops, i))))

  const open = places.findIndex(({ id }) => id === active)
  if (open > 0) {
    // The open card stands at its words, or as low as the cards above need when pressed against the floor.
    const above = places.slice(0, open).reduce((height, place) => height + room(place), floor)
    tops[open] = Math.max(wishes[open]!, above)
    for (let i = open - 1; i >= 0; i--) tops[i] = Math.min(tops[i]!, tops[i + 1]! - room(places[i]!))
    for (let i = open + 1; i < tops.length; i++) tops[i] = Math.max(wishes[i]!, after(tops, i))
  }
  return new Map(places.map(({ id }, i) => [id, tops[i]!]))
}
