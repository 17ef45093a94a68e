import { describe, expect, test } from 'vitest'
import { STANCES, type Component, type Position } from '../../api'
import { groupsOf, onPaper, tally } from './rows'

const component = (code: string, kind: Component['kind']): Component => ({ id: code, code, kind, hue: 1, name: { en: code }, closed: false, version: 0 })
const said = (code: string, stance: Position['stance'], more: Partial<Position> = {}) =>
  ({ id: `${code} ${more.subject?.on ?? 'paper'}`, component_id: code, stance, standing: 'stands', subject: { on: 'paper' }, ...more }) as Position

const bodies = [
  component('MEWA', 'section'), component('AFR', 'section'), component('CULTURE', 'committee'),
  component('SEC', 'secretariat'), component('ICMPD', 'partner'),
]

describe('positions as they are listed', () => {
  test('sections before committees, each by name; a partner only when it has spoken', () => {
    const sketch = (positions: Position[]) => groupsOf(bodies, positions, 'en').map(({ kind, rows }) => `${kind}: ${rows.map((row) => row.component.code).join(' ')}`)
    expect(sketch([])).toEqual(['section: AFR MEWA', 'committee: CULTURE'])
    expect(sketch([said('ICMPD', 'supports')])).toEqual(['section: AFR MEWA', 'committee: CULTURE', 'partner: ICMPD'])
  })

  test('a closed component is not waited for, and what it said stays', () => {
    const shut = bodies.map((body) => ({ ...body, closed: body.code === 'AFR' || body.code === 'MEWA' }))
    const groups = groupsOf(shut, [said('AFR', 'supports')], 'en')
    expect(groups.map(({ kind, rows }) => `${kind}: ${rows.map((row) => row.component.code).join(' ')}`)).toEqual(['section: AFR', 'committee: CULTURE'])
    expect(tally(groups, STANCES)).toMatchObject({ listed: 2, taken: 1 })
  })

  test('what counts is the position on the whole paper, unless it was lifted or waits to be let in', () => {
    const chapter = { subject: { on: 'chapter', number: '4' } as Position['subject'] }
    const groups = groupsOf(bodies, [
      said('AFR', 'objects', chapter), said('AFR', 'supports'), said('ICMPD', 'supports', { late: 'waiting' }), said('MEWA', 'reservation', { standing: 'lifted' }),
      said('CULTURE', 'supports', { standing: 'to_reconfirm' }),
    ], 'en')
    const [africa, mewa] = groups[0]!.rows
    expect(africa!.positions.map((position) => position.subject.on)).toEqual(['paper', 'chapter'])
    expect(onPaper(mewa!)).toBeUndefined()
    expect(tally(groups, STANCES)).toEqual({ listed: 4, taken: 2, stances: [{ stance: 'supports', count: 2 }], toReconfirm: 1 })
  })
})
