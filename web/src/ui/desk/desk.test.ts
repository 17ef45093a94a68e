import { expect, test } from 'vitest'
import type { Thread } from '../../api'
import { atDesk } from './desk'

const thread = (id: string, more: Partial<Thread>) => ({ id, audience: 'component', state: 'open', ...more }) as Thread
const sent = (component: string, late: 'waiting' | 'admitted' | null = null) => ({ component, round: 'r', at: '', on_behalf: false, late, admitted_because: null })
const prepared = (keep: boolean) => ({ keep, note: '', person: 'Adaeze Obi' })

test('a component finds its remarks by how far they are', () => {
  const desk = atDesk([
    thread('new', {}),
    thread('kept', { prepared: prepared(true) }),
    thread('left', { prepared: prepared(false) }),
    thread('settled', { state: 'resolved' }),
    thread('sent', { audience: 'all', sent: sent('AFR') }),
    thread('own late', { audience: 'all', sent: sent('AFR', 'waiting') }),
    thread('for all', { audience: 'all' }),
  ], 'AFR')
  const ids = (threads: Thread[]) => threads.map(({ id }) => id)
  expect([desk.waiting, desk.kept, desk.left, desk.sent].map(ids)).toEqual([['new'], ['kept'], ['left', 'settled'], ['sent', 'own late']])
})

test('what others sent late waits to be let in, unless they took it back', () => {
  const desk = atDesk([
    thread('late', { audience: 'all', sent: sent('EUR', 'waiting') }),
    thread('in', { audience: 'all', sent: sent('EUR', 'admitted') }),
    thread('back', { audience: 'all', sent: sent('EUR', 'waiting'), withdrawn: 'a mistake' }),
    thread('own', { audience: 'all', sent: sent('AFR', 'waiting') }),
  ], 'AFR')
  expect(desk.late.map(({ id }) => id)).toEqual(['late'])
})
