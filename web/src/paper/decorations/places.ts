/**
 * Keeps comments and carets on their words. What ProseMirror's mapping can follow it follows; what is new, lost or gone is looked up in the
 * text (0.1 ms an end), which must be written for that: while letters wait to be written, so do the look-ups.
 */
import type { Transaction } from 'prosemirror-state'
import type { LivingText } from '../binding/living-text'
import type { RemoteCaret, ShownThread } from '../face'
import { anchorKey, AnchorFollower } from '../passages/anchor'
import { offsetOfCursor } from '../passages/caret'
import { positionOf } from '../text/places'
import { placedCarets, withCarets, type PlacedCaret } from './carets'
import { placedThreads, withPlaces, type PlacedThread } from './threads'

export class Places {
  private threads: ShownThread[] = []
  private carets: RemoteCaret[] = []
  private follower = new AnchorFollower()
  private stale = false
  /** What was mapped through the last transactions may be off. */
  private mappingLost = false

  constructor(
    private readonly text: LivingText,
    private readonly dispatch: (tr: Transaction) => void,
  ) {}

  showThreads(threads: ShownThread[]): void {
    this.threads = threads
    this.stale = true
  }

  showCarets(carets: RemoteCaret[]): void {
    this.carets = carets
    this.stale = true
  }

  /** Others have written: words of a comment may have come, or gone. `exactly` tells whether the steps said where. */
  textChanged(exactly: boolean): void {
    this.stale = true
    this.mappingLost ||= !exactly
  }

  /** A person here has written: only a comment that lost its last word needs a look. */
  typed(): void {
    this.stale ||= placedThreads(this.text.state).some(({ place }) => place && place.to <= place.from)
  }

  /** Another document: nothing that was known of the old one holds. */
  forget(): void {
    this.follower = new AnchorFollower()
    this.textChanged(false)
  }

  get wantLook(): boolean {
    return this.stale && !this.text.hasUnwritten
  }

  look(): void {
    if (!this.wantLook) return
    const everything = this.mappingLost
    this.stale = false
    this.mappingLost = false
    const threads = withPlaces(this.text.state, this.placeThreads(everything))
    if (threads) this.dispatch(threads)
    const carets = withCarets(this.text.state, this.placeCarets(everything))
    if (carets) this.dispatch(carets)
  }

  private placeThreads(everything: boolean): PlacedThread[] {
    const { shownDoc, state } = this.text
    const known = new Map(everything ? [] : placedThreads(state).map((one) => [one.thread.id, one]))
    return this.threads.map((thread) => {
      const placed = known.get(thread.id)
      const holds = placed?.place && placed.place.to > placed.place.from && anchorKey(placed.thread.anchor) === anchorKey(thread.anchor)
      if (holds) return { thread, place: placed.place }
      const range = this.follower.rangeOf(shownDoc, thread.anchor)
      return { thread, place: range && { from: positionOf(state.doc, range.start), to: positionOf(state.doc, range.end) } }
    })
  }

  private placeCarets(everything: boolean): PlacedCaret[] {
    const { shownDoc, state } = this.text
    const position = (cursor: string | null): number | null => {
      const offset = cursor === null ? null : offsetOfCursor(shownDoc, cursor)
      return offset === null ? null : positionOf(state.doc, offset)
    }
    const known = new Map(everything ? [] : placedCarets(state).map((one) => [one.who.connection, one]))
    return this.carets.flatMap((who) => {
      const placed = known.get(who.connection)
      if (placed && placed.who.caret === who.caret && placed.who.anchor === who.anchor) return [{ ...placed, who }]
      const head = position(who.caret)
      return head === null ? [] : [{ who, head, anchor: position(who.anchor) ?? head }]
    })
  }
}
