/**
 * Who is here, and with which hat: the signed-in person, the seat they act with, and the directory of everybody's seats.
 * One per page; every call to the server goes through `api`, which names the seat chosen here.
 */
import { ApiError, createApi, type Me, type Seat } from '../../api'
import { setServiceClock } from '../../i18n/dates'
import { directoryOf, type Directory } from './directory'
import { remembered } from './remembered'

/** `asking`: not known yet · `in` · `out`: nobody is signed in · `away`: the server gave no answer. */
export type Standing = 'asking' | 'in' | 'out' | 'away'

class Session {
  standing = $state<Standing>('asking')
  me = $state.raw<Me | null>(null)
  directory = $state.raw<Directory>(new Map())
  #seatId = $state<string | null>(null)
  #signingIn = false

  /** The hat now worn; `null` when nobody is signed in or the person has no seat. */
  get seat(): Seat | null {
    return this.me?.seats.find((seat) => seat.id === this.#seatId) ?? this.me?.seats[0] ?? null
  }

  /** Asks the server who is signed in. Never throws: the answer is `standing`. */
  async ask(): Promise<void> {
    if (this.#signingIn) return // its answer will be the newer one
    try {
      await this.#enter(await api.me())
    } catch (error) {
      this.#leave(error instanceof ApiError && error.status === 401 ? 'out' : 'away')
    }
  }

  /** Signs in with the token of a link. Throws the `ApiError` of a used, expired or unknown link. */
  async signIn(token: string): Promise<Me> {
    this.#signingIn = true
    try {
      const me = await api.signIn(token)
      await this.#enter(me)
      return me
    } finally {
      this.#signingIn = false
    }
  }

  async signOut(): Promise<void> {
    await api.signOut()
    this.#leave('out')
  }

  /** Puts on another hat, remembered for this person in this browser. */
  wear(seatId: string): void {
    this.#seatId = seatId
    if (this.me) remembered.seat(this.me.person.id).set(seatId)
  }

  async #enter(me: Me): Promise<void> {
    setServiceClock(me.service.now)
    this.me = me
    this.#seatId = remembered.seat(me.person.id).get()
    this.standing = 'in'
    const [people, components] = await Promise.all([api.people(), api.components()])
    this.directory = directoryOf(people, components)
  }

  #leave(standing: Standing): void {
    this.standing = standing
    if (standing === 'out') {
      this.me = null
      this.directory = new Map()
    }
  }
}

export const session = new Session()
export const api = createApi({ seat: () => session.seat?.id ?? null })
