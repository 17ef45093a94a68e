import { expect, test } from 'vitest'
import type { ReviewTask } from '../../api'
import { placeOf } from './review'

const task = (kind: ReviewTask['kind'], more: Partial<ReviewTask> = {}): ReviewTask => ({
  paper: 'ciudades', round: null, round_name: '', silence: null, kind,
  remarks: 0, components: 0, positions: 0, amendments: 0, brackets: 0, by: null, ...more,
})

test('each thing that is asked leads to the page where it is done', () => {
  expect(placeOf(task('object', { silence: 's1' }))).toBe('/p/ciudades/silence/s1')
  expect(placeOf(task('remind', { round: 'r1' }))).toBe('/p/ciudades/review/r1')
  expect(placeOf(task('position', { round: 'r1' }))).toBe('/p/ciudades/positions')
  expect(placeOf(task('settle'))).toBe('/p/ciudades/brackets')
  expect(placeOf(task('decide'))).toBe('/p/ciudades/amendments')
  expect(placeOf(task('send', { round: 'r1' }))).toBe('/p/ciudades/desk')
  expect(placeOf(task('remark', { round: 'r1' }))).toBe('/papers/ciudades')
})
