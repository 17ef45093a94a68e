/**
 * Who is here, and with which hat: the signed-in person, the seat they act with, and the directory of everybody's seats.
 * One per page; every call to the server goes through `api`, which names the seat chosen here.
 */
import { ApiError, createApi, type Me, type Seat } from '../../api'
import { serviceNow, setServiceClock } from '../../i18n/dates'
import { forgetAnswers } from '../../offline/register'
import { directoryOf, type Directory } from './directory'
import { remembered } from './remembered'

/** `asking`: not known yet · `in` · `out`: nobody is signed in · `ended`: who is signed in holds no seat any more · `away`: the server gave no answer. */
export type Standing = 'asking' | 'in' | 'out' | 'ended' | 'away'

class Session {
  standing = $state<Standing>('asking')
  me = $state.raw<Me | null>(null)
  directory = $state.raw<Directory>(new Map())
  /** Goes up when the server has answered everything again that was shown as kept: pages are made anew. */
  returns = $state(0)
  /** Seats of this person that have ended: their words may still be on this device. */
  endedSeats = $state.raw<readonly string[]>([])
  #keptAt = $state<number | null>(null)
  /** What is shown as it was kept, by address, and since when. */
  readonly #kept = new Map<string, number>()
  #askingAgain = false
  #seatId = $state<string | null>(null)
  #signingIn = false

  /** The hat now worn; `null` when nobody is signed in or the person has no seat. */
  get seat(): Seat | null {
    return this.me?.seats.find((seat) => seat.id === this.#seatId) ?? this.me?.seats[0] ?? null
  }

  /** Does this hat keep the components and people? Then their page is offered. */
  get keepsPeople(): boolean {
    return this.seat?.grants.some(({ scope, role }) => scope === 'service' && (role === 'admin' || role === 'secretariat')) ?? false
  }

  /** Does this hat make papers of files? */
  get bringsPapers(): boolean {
    return this.keepsPeople
  }

  /** When what is shown was last fetched, as an RFC 3339 time of the service's clock; `null` when the server is answering. */
  get lastSeen(): string | null {
    return this.#keptAt === null ? null : new Date(serviceNow() - Date.now() + this.#keptAt).toISOString()
  }

  /** An answer has come: kept on this device since then, or `null`, from the server. */
  heard(keptAt: number | null, address: string): void {
    if (keptAt !== null) {
      this.#kept.set(address, keptAt)
      this.#keptAt = keptAt
      return
    }
    this.#kept.delete(address)
    if (this.#keptAt === null) return
    // One answer that is slow is no line that is cut: the rest of the page does not come and go with it.
    if (this.#kept.size > 0) return void this.#askAgain()
    this.#keptAt = null
    this.returns += 1
    void this.ask()
  }

  /** The server answers: does it answer what is shown as kept, too? One after the other, until one does not. */
  async #askAgain(): Promise<void> {
    if (this.#askingAgain) return
    this.#askingAgain = true
    try {
      for (const address of [...this.#kept.keys()]) {
        await api.again(address).catch((error: unknown) => {
          // A refusal is an answer: what was shown is not there any more.
          if (error instanceof ApiError && error.status > 0) this.heard(null, address)
        })
        if (this.#kept.has(address)) return
      }
    } finally {
      this.#askingAgain = false
    }
  }

  /** Asks the server who is signed in. Never throws: the answer is `standing`. */
  async ask(): Promise<void> {
    if (this.#signingIn) return // its answer will be the newer one
    const before = this.standing
    try {
      await this.#enter(await anyHat.me())
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.#leave('out')
      else if (error instanceof ApiError && error.code === 'seat_ended') this.#end(error)
      // Who is in stays in while the server is silent: nobody is taken from their desk for that.
      else if (before !== 'in') this.#leave('away')
    }
  }

  /**
   * The line said that nobody is signed in on it: has the seat ended? If so the person goes on with another hat, or is told.
   * A session that is merely over changes nothing here: nobody is taken from their desk for that.
   */
  async checkSeat(): Promise<void> {
    try {
      const me = await anyHat.me()
      if (!me.seats.some(({ id }) => id === this.seat?.id)) await this.#enter(me)
    } catch (error) {
      if (error instanceof ApiError && error.code === 'seat_ended') this.#end(error)
    }
  }

  /**
   * Signs in with the token of a link. Throws the `ApiError` of a used, expired or unknown link, and `invitation_for_another` when
   * somebody else is signed in here: then with the `email` that the invitation was sent to.
   */
  async signIn(token: string, email?: string): Promise<Me> {
    this.#signingIn = true
    try {
      const me = await api.signIn(token, email)
      await forgetAnswers()
      await this.#enter(me)
      return me
    } finally {
      this.#signingIn = false
    }
  }

  async signOut(): Promise<void> {
    await forgetAnswers() // even if this window is closed before the server has answered
    await api.signOut()
    this.#leave('out')
  }

  /** Puts on another hat, remembered for this person in this browser. */
  wear(seatId: string): void {
    this.#seatId = seatId
    if (this.me) remembered.seat(this.me.person.id).set(seatId)
  }

  async #enter(me: Me): Promise<void> {
    setServiceClock(me.service.now, this.#kept.get('/api/v1/me') ?? Date.now())
    // Whoever is asked again keeps the hat they wear, whatever they put on in another window: only a seat that is no more is taken off.
    const worn = this.me?.person.id === me.person.id ? this.#seatId : null
    const held = (id: string | null) => me.seats.some((seat) => seat.id === id)
    this.#seatId = [worn, remembered.seat(me.person.id).get()].find(held) ?? me.seats[0]?.id ?? null
    this.me = me
    this.endedSeats = me.ended_seats
    this.standing = 'in'
    const [people, components] = await Promise.all([api.people(), api.components()])
    this.directory = directoryOf(people, components)
  }

  #end(error: ApiError): void {
    this.endedSeats = Array.isArray(error.details.seats) ? error.details.seats.map(String) : []
    this.#leave('ended')
  }

  #leave(standing: Standing): void {
    this.standing = standing
    if (standing === 'out' || standing === 'ended') {
      this.me = null
      this.directory = new Map()
      void forgetAnswers()
    }
  }
}

export const session = new Session()
/** Who somebody is does not depend on the hat they wear, and the one they wore may just have been taken. */
const anyHat = createApi({ seat: () => null, onAnswer: (keptAt, address) => session.heard(keptAt, address) })
export const api = createApi({ seat: () => session.seat?.id ?? null, onAnswer: (keptAt, address) => session.heard(keptAt, address) })
