import { expect, test } from 'vitest'
import { inOrderOf } from './directory'

test('languages stand in the order of their paper, and one that it has no more stands last', () => {
  const paper = { languages: ['es', 'en', 'fr'] }
  expect(inOrderOf(paper, ['en', 'es'])).toEqual(['es', 'en'])
  expect(inOrderOf(paper, ['de', 'fr', 'es'])).toEqual(['es', 'fr', 'de'])
  expect(inOrderOf(paper, [])).toEqual([])
})
