import { expect, test } from 'vitest'
import { signsOf } from './brackets'

const run = (text: string, ...brackets: string[]) => ({ text, marks: Object.fromEntries(brackets.map((id) => [`bracket:${id}`, true])) })
const shown = (...runs: ReturnType<typeof run>[]) => {
  const signs = signsOf(runs)
  return runs.map(({ text }, i) => signs[i] + text).join('') + signs[runs.length]
}

test('REV64: unagreed words stand in brackets, which may touch and overlap', () => {
  expect(shown(run('Cities '), run('shall', 'a'), run(' welcome.'))).toBe('Cities [shall] welcome.')
  expect(shown(run('shall', 'a'), run('should', 'b'))).toBe('[shall][should]')
  expect(shown(run('a', 'a'), run('b', 'a', 'b'), run('c', 'b'))).toBe('[a[b]c]')
  expect(signsOf([])).toEqual([''])
})
