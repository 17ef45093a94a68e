/** How far a round is, for the dashboard: components by how far they are, chapters by how much they were looked at. */
import type { Amendment, Coverage, Round, Standing } from '../../api'

/** `answered` · `reading`: opened chapters, sent nothing · `silent` · `unknown`: we may not know. */
export type HowFar = 'answered' | 'reading' | 'silent' | 'unknown'

export function howFar(standing: Standing): HowFar {
  if (standing.has_answered === null) return 'unknown'
  if (standing.has_answered) return 'answered'
  return (standing.chapters_read ?? 0) > 0 ? 'reading' : 'silent'
}

/** Components in the order of the organisation: by kind, then by the name that people read. */
export function inOrder(components: readonly Standing[], nameOf: (standing: Standing) => string): Standing[] {
  return [...components].sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || nameOf(a).localeCompare(nameOf(b)))
}

/** The components that are asked and have sent nothing. */
export function waiting(coverage: Coverage): Standing[] {
  return coverage.components.filter((each) => each.has_answered === false)
}

export type Kind = Standing['kind']
const KINDS: Kind[] = ['section', 'committee', 'working_group', 'partner', 'city', 'secretariat']

export interface KindCover {
  kind: Kind
  all: number
  answered: number
  reading: number
  silent: number
}

/** The chart: kinds of components that are asked, in the order of the organisation. Empty while we may not know how far they are. */
export function byKind(coverage: Coverage): KindCover[] {
  if (coverage.components.some((each) => howFar(each) === 'unknown')) return []
  return KINDS.map((kind) => {
    const those = coverage.components.filter((each) => each.kind === kind)
    const count = (far: HowFar) => those.filter((each) => howFar(each) === far).length
    return { kind, all: those.length, answered: count('answered'), reading: count('reading'), silent: count('silent') }
  }).filter(({ all }) => all > 0)
}

/** How many remarks a component sent that we may read. */
export function remarksOf(standing: Standing): number {
  return Object.values(standing.remarks).reduce((sum, count) => sum + count, 0)
}

/** How many amendments a component submitted, of those given. */
export function amendmentsOf(standing: Standing, amendments: readonly Amendment[]): number {
  return amendments.filter((each) => each.component === standing.code && each.number !== null).length
}

/** The amendments that wait for a decision, those on which most components have spoken first. */
export function undecided(amendments: readonly Amendment[], most = 4): Amendment[] {
  const waits = amendments.filter(({ state, number }) => number !== null && (state === 'submitted' || state === 'under_consideration'))
  const spoken = ({ voices, sponsors }: Amendment) => voices.length + sponsors.length
  return waits.sort((a, b) => spoken(b) - spoken(a) || (a.number ?? 0) - (b.number ?? 0)).slice(0, most)
}

/** One of five shades for a count, the fullest chapter being the darkest. */
export function shade(count: number, most: number): 0 | 1 | 2 | 3 | 4 {
  if (count <= 0 || most <= 0) return 0
  return Math.max(1, Math.min(4, Math.ceil((count / most) * 4))) as 1 | 2 | 3 | 4
}

/** Chapters that few have remarked on or opened, the least first; none when nobody has begun or all is even. */
export function littleRead(coverage: Coverage, most = 2): Coverage['chapters'] {
  const looked = (each: Coverage['chapters'][number]) => each.remarks + (each.read_by ?? 0)
  const all = coverage.chapters.map(looked)
  const average = all.reduce((sum, count) => sum + count, 0) / Math.max(1, all.length)
  return coverage.chapters.filter((each) => looked(each) < average / 2).sort((a, b) => looked(a) - looked(b)).slice(0, most)
}

/** The round that an amendment answers which is submitted now: one that asks us for amendments and runs, else one that has closed and whose
 *  answers are not out, where it waits as late; `null` outside of any. */
export function roundOfAmendment(rounds: readonly Round[]): Round | null {
  const asked = rounds.filter(({ asks, rights }) => rights.is_asked && asks.includes('amendments'))
  const runs = asked.find(({ phase }) => phase === 'open' || phase === 'paused')
  return runs ?? asked.filter(({ phase }) => phase === 'closed').at(-1) ?? null
}

/** The round that matters now: one that runs, else the next, else the last. */
export function currentRound(rounds: readonly Round[]): Round | null {
  const runs = rounds.find(({ phase }) => phase === 'open' || phase === 'paused')
  const next = rounds.find(({ phase }) => phase === 'scheduled' || phase === 'draft')
  return runs ?? next ?? rounds.at(-1) ?? null
}
