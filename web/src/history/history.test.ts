import { expect, test } from 'vitest'
import { authorship, fingerprint } from './index'

test('a fingerprint is read in groups of four', () => {
  expect(fingerprint('9f3a02bc77de')).toBe('9f3a 02bc 77de')
  expect(fingerprint('9f3a02bc77de', 2)).toBe('9f3a 02bc …')
  expect(fingerprint('')).toBe('')
})

test('who wrote the selection: persons by seat, the one who wrote most first, and what nobody is known for', () => {
  const actors = {
    aa: { seat_id: 's1', person: 'Adaeze Obi', component: 'AFR' },
    bb: { seat_id: 's2', person: 'Marta Roca', component: 'CSIPDHR' },
    cc: { seat_id: 's2', person: 'Marta Roca', component: 'CSIPDHR' },
  }
  const words = [{ actor: 'bb', text: 'La vivienda ' }, { actor: 'aa', text: 'digna' }, { actor: 'cc', text: ' es un derecho' }, { actor: 'dd', text: '.' }]
  const { authors, unknown } = authorship(words, { actors })
  expect(authors).toEqual([
    { seatId: 's2', person: 'Marta Roca', component: 'CSIPDHR', passages: ['La vivienda ', ' es un derecho'], characters: 26 },
    { seatId: 's1', person: 'Adaeze Obi', component: 'AFR', passages: ['digna'], characters: 5 },
  ])
  expect(unknown).toEqual(['.'])
})
