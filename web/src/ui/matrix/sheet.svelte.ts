/**
 * The matrix of one paper as it is on the page: all rows in short, the few in full that are looked at, what is chosen, and what was
 * answered last. The rows that are in the window are asked for in one request; a row that changed is asked for again.
 */
import type { Answer, AnswerOutcome, MatrixIndex, MatrixRow, RowMark } from '../../api'
import { EVERYTHING, isOpen, itemsOf, rowAfter, rowBeside, STILL_OPEN, type Filter, type Grouping, type Item } from '../../review'
import { api } from '../shell/session.svelte'
import { isAmendment } from './naming'

/** As many ids as fit into one request. */
const MOST_IDS = 50
/** Between two looks at a matrix that others are answering, in milliseconds. */
const REST_MS = 400

export class Sheet {
  index = $state.raw<MatrixIndex | null>(null)
  problem = $state.raw<unknown>(null)
  filter = $state.raw<Filter>(EVERYTHING)
  grouping = $state<Grouping>('chapter')
  /** Looked for by the server, in everything the rows say. */
  words = $state('')
  looking = $state(false)
  /** In full, by id. */
  rows = $state.raw<ReadonlyMap<string, MatrixRow>>(new Map())
  selected = $state.raw<ReadonlySet<string>>(new Set())
  /** The row with the focus, by id. */
  cursor = $state<string | null>(null)
  /** What was given last and can be taken back. */
  last = $state.raw<{ batch: string; count: number } | null>(null)

  readonly items: readonly Item[] = $derived(this.index ? itemsOf(this.index, this.filter, this.grouping) : [])
  readonly places: ReadonlyMap<string, number> = $derived(
    new Map(this.items.flatMap((item, place): [string, number][] => ('line' in item ? [[item.line.id, place]] : []))),
  )
  readonly shown = $derived(this.places.size)
  readonly stillOpen = $derived.by(() => {
    const deferred = this.index?.states.indexOf('deferred') ?? -1
    return this.index?.rows.filter((line) => isOpen(line, deferred)).length ?? 0
  })

  /** The same question as the server spells it, for files. */
  readonly question: Record<string, string> = $derived.by(() => {
    const { filter } = this
    const parts = {
      component: filter.component ?? '',
      chapter: filter.chapter ?? '',
      kind: filter.kind ?? '',
      state: filter.state === STILL_OPEN ? 'unanswered,deferred' : (filter.state ?? ''),
      assigned: filter.assigned ?? '',
      words: this.words.trim(),
      order: this.grouping === 'component' ? 'component' : '',
    }
    return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== ''))
  })

  #wanted = new Set<string>()
  #fetching = new Set<string>()
  #round = 0
  /** Rows that have changed since they were read. */
  #stale = new Set<string>()
  #resting: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly slug: string) {}

  /** Asks for all rows anew. Of several questions the last one's answer counts. */
  async look(): Promise<void> {
    const round = ++this.#round
    this.looking = true
    try {
      const index = await api.matrixIndex(this.slug, this.words.trim())
      if (round !== this.#round) return
      const versions = new Map(index.rows.map(({ id, version }) => [id, version]))
      // A row that changed is shown as it was until it has come anew: somebody may be answering it.
      this.rows = new Map([...this.rows].filter(([id]) => versions.has(id)))
      this.#stale = new Set([...this.rows].flatMap(([id, row]) => (versions.get(id) === row.version ? [] : [id])))
      this.selected = new Set([...this.selected].filter((id) => versions.has(id)))
      this.#show(index)
      this.problem = null
      this.want([...(this.cursor === null ? [] : [this.cursor]), ...this.#stale])
    } catch (error) {
      if (round === this.#round) this.problem = error
    } finally {
      if (round === this.#round) this.looking = false
    }
  }

  /** Somebody changed something: looks again, once for many changes in a row. */
  lookSoon(): void {
    this.#resting ??= setTimeout(() => {
      this.#resting = undefined
      void this.look()
    }, REST_MS)
  }

  /** These rows are looked at: those that are not here in full are asked for. */
  want(ids: readonly string[]): void {
    const missing = ids.filter((id) => (!this.rows.has(id) || this.#stale.has(id)) && !this.#fetching.has(id))
    if (missing.length === 0) return
    const idle = this.#wanted.size === 0
    // Whoever scrolls quickly is not interested in what has gone by.
    this.#wanted = new Set(missing)
    if (idle) queueMicrotask(() => void this.#fetch())
  }

  async #fetch(): Promise<void> {
    const ids = [...this.#wanted].slice(0, MOST_IDS)
    this.#wanted = new Set()
    for (const id of ids) this.#fetching.add(id)
    try {
      this.#take(await api.matrixRows(this.slug, ids))
    } catch (error) {
      this.problem = error
    } finally {
      for (const id of ids) this.#fetching.delete(id)
    }
  }

  /** Rows as they are now: in full, and in short where the answer shows. */
  #take(rows: readonly MatrixRow[]): void {
    const next = new Map(this.rows)
    for (const row of rows) {
      next.set(row.id, row)
      this.#stale.delete(row.id)
    }
    this.rows = next
    const index = this.index
    if (!index) return
    const changed = new Map(rows.map((row) => [row.id, row]))
    const stale = index.rows.some((line) => (changed.get(line.id)?.version ?? line.version) !== line.version)
    if (!stale) return
    const seats = [...index.assigned]
    const placeOf = (row: MatrixRow) => {
      if (!row.assigned) return 0
      const place = seats.findIndex(({ seat_id }) => seat_id === row.assigned?.seat_id)
      return place < 0 ? seats.push(row.assigned) : place + 1
    }
    const lines = index.rows.map((line) => {
      const row = changed.get(line.id)
      if (!row) return line
      const verdict = row.verdict ? (row.verdict.satisfied ? 1 : 2) : 0
      const state = row.withdrawn ? index.states.indexOf('withdrawn') : row.answer ? index.states.indexOf(row.answer.outcome) : 0
      return { ...line, version: row.version, kind: index.kinds.indexOf(row.kind), state, assigned: placeOf(row), verdict } as typeof line
    })
    this.#show({ ...index, assigned: seats, rows: lines })
  }

  /** The rows as they are now. A cursor whose row leaves with this (it was answered, and the answered are not wanted) goes on to the next one. */
  #show(index: MatrixIndex): void {
    const before = this.items
    const from = this.cursor === null ? undefined : this.places.get(this.cursor)
    this.index = index
    if (from !== undefined && !this.places.has(this.cursor!)) this.cursor = rowAfter(before, from, (id) => this.places.has(id))
  }

  /** Reads one row anew, as it is now. */
  async read(id: string): Promise<MatrixRow | null> {
    const [row] = await api.matrixRows(this.slug, [id])
    if (row) this.#take([row])
    return row ?? null
  }

  marks(ids: Iterable<string>): RowMark[] {
    const versions = new Map(this.index?.rows.map(({ id, version }) => [id, version]))
    return [...ids].flatMap((id) => {
      const version = this.rows.get(id)?.version ?? versions.get(id)
      return version === undefined ? [] : [{ id, version }]
    })
  }

  /** One answer for these rows. Throws what the server refuses; then nothing has changed. */
  async answer(rows: readonly RowMark[], answer: { outcome: AnswerOutcome; words: string; result?: NonNullable<Answer['result']> }): Promise<void> {
    const given = await api.answerRows(this.slug, rows, answer)
    const remarks = given.rows.filter((row) => !isAmendment(row)).length
    this.last = given.batch === null ? null : { batch: given.batch, count: remarks }
    this.#take(given.rows)
  }

  /** Takes back what was given last; tells how many were answered by others since. */
  async takeBack(): Promise<{ count: number; left: number } | null> {
    const last = this.last
    if (!last) return null
    const { rows, left } = await api.takeBackAnswers(this.slug, last.batch)
    this.last = null
    this.#take(rows)
    return { count: rows.length, left }
  }

  async assign(rows: readonly RowMark[], seat: string | null): Promise<void> {
    this.#take(await api.assignRows(this.slug, rows, seat))
  }

  async judge(row: RowMark, verdict: { satisfied: boolean; words: string }): Promise<void> {
    await api.judgeAnswer(row, verdict)
    await this.read(row.id)
  }

  async describe(row: RowMark, entry: Parameters<typeof api.describeRemark>[1]): Promise<void> {
    await api.describeRemark(row, entry)
    await this.read(row.id)
  }

  // ---- moving and choosing

  /** Moves the cursor by so many rows; to the first one when there is none. */
  move(step: number): void {
    const from = this.cursor === null ? undefined : this.places.get(this.cursor)
    this.moveTo(from === undefined ? rowBeside(this.items, -1, 1) : rowBeside(this.items, from, step))
  }

  moveTo(place: number): void {
    const item = this.items[place]
    if (item && 'line' in item) this.cursor = item.line.id
  }

  toggle(id: string): void {
    const next = new Set(this.selected)
    if (!next.delete(id)) next.add(id)
    this.selected = next
  }

  /** Chooses all rows from one to the other, both included. */
  selectBetween(one: string, other: string): void {
    const [from, to] = [this.places.get(one), this.places.get(other)].map((place) => place ?? 0).sort((a, b) => a - b)
    const between = this.items.slice(from, to + 1).flatMap((item) => ('line' in item ? [item.line.id] : []))
    this.selected = new Set([...this.selected, ...between])
  }

  selectAll(): void {
    this.selected = new Set(this.places.keys())
  }

  selectNone(): void {
    this.selected = new Set()
  }
}
