/** Positions as the page lists them: component by component, within their kind, those without a position too. */
import type { Component, Position, PositionStance } from '../../api'
import { inLanguage } from '../shell/directory'

export interface Row {
  component: Component
  /** On the whole paper first, then by chapter and paragraph. Empty: it has said nothing. */
  positions: Position[]
}

export interface Group {
  kind: Component['kind']
  rows: Row[]
}

/** The kinds that are asked for a position; others are listed when they have taken one. */
const ASKED: readonly Component['kind'][] = ['section', 'committee', 'working_group']
const KINDS: readonly Component['kind'][] = [...ASKED, 'partner', 'city', 'secretariat']

/** All components that are asked or have spoken, by kind and name; a closed one only if it has spoken. Kinds without any are left out. */
export function groupsOf(components: readonly Component[], positions: readonly Position[], language: string): Group[] {
  const rows = components.map((component) => ({
    component,
    positions: positions.filter((position) => position.component_id === component.id).sort(bySubject),
  }))
  const name = (row: Row) => inLanguage(row.component.name, language)
  return KINDS.map((kind) => ({
    kind,
    rows: rows
      .filter((row) => row.component.kind === kind && (row.positions.length > 0 || (ASKED.includes(kind) && !row.component.closed)))
      .sort((a, b) => name(a).localeCompare(name(b), language)),
  })).filter((group) => group.rows.length > 0)
}

/** The position on the whole paper, if it counts. */
export function onPaper(row: Row): Position | undefined {
  return row.positions.find(({ subject, standing, late }) => subject.on === 'paper' && standing !== 'lifted' && late !== 'waiting')
}

export interface Tally {
  /** Components that are listed, and those of them with a position on the whole paper. */
  listed: number
  taken: number
  stances: { stance: PositionStance; count: number }[]
  toReconfirm: number
}

export function tally(groups: readonly Group[], order: readonly PositionStance[]): Tally {
  const rows = groups.flatMap((group) => group.rows)
  const whole = rows.flatMap((row) => onPaper(row) ?? [])
  const count = (stance: PositionStance) => whole.filter((position) => position.stance === stance).length
  return {
    listed: rows.length,
    taken: whole.length,
    stances: order.map((stance) => ({ stance, count: count(stance) })).filter((each) => each.count > 0),
    toReconfirm: rows.filter((row) => row.positions.some((position) => position.standing === 'to_reconfirm')).length,
  }
}

function bySubject(a: Position, b: Position): number {
  const rank = { paper: 0, chapter: 1, paragraph: 2 }
  const number = (position: Position) => position.subject.paragraph_number ?? Number.parseFloat(position.subject.number ?? '0')
  return rank[a.subject.on] - rank[b.subject.on] || number(a) - number(b)
}
