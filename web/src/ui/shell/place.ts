/** Puts a popover beside what it belongs to. Positions are set through the CSSOM, which the content policy allows. */

export interface Spot {
  top: number
  bottom: number
  left: number
  right: number
}

const GAP = 6
const EDGE = 8

/**
 * Where a box of `size` goes beside `spot`, both in pixels of the window: under it, or above when there is no room below;
 * starting where it starts (`end`: ending where it ends); never outside the window.
 */
export function beside(
  spot: Spot,
  size: { width: number; height: number },
  room: { width: number; height: number },
  align: 'start' | 'end' = 'start',
): { top: number; left: number } {
  const below = spot.bottom + GAP
  const above = spot.top - GAP - size.height
  const top = below + size.height + EDGE <= room.height || above < EDGE ? below : above
  const left = align === 'start' ? spot.left : spot.right - size.width
  return {
    top: within(top, room.height - size.height),
    left: within(left, room.width - size.width),
  }
}

/** Places an open popover. In a page that runs from right to left, start and end change sides. */
export function placeBeside(popover: HTMLElement, spot: Spot, align: 'start' | 'end' = 'start'): void {
  const rightToLeft = document.documentElement.dir === 'rtl'
  const { width, height } = popover.getBoundingClientRect()
  const side = rightToLeft ? (align === 'start' ? 'end' : 'start') : align
  const { top, left } = beside(spot, { width, height }, { width: innerWidth, height: innerHeight }, side)
  popover.style.setProperty('top', `${top}px`)
  popover.style.setProperty('left', `${left}px`)
}

function within(value: number, most: number): number {
  return Math.max(EDGE, Math.min(value, most - EDGE))
}
