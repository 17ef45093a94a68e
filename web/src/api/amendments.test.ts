import { expect, test } from 'vitest'
import { redBlock } from './amendments'

test('words whose marks alone change go with the old marks and come with the new', () => {
  const told = {
    id: '00aa', type: 'paragraph', change: 'kept', number: 4,
    runs: [{ text: 'Cities ', change: 'kept' }, { text: 'welcome', marks: { em: true }, change: 'marked', was: { strong: true } }, { text: '.', change: 'marked', was: {} }],
  }
  expect(redBlock(told, 'block').runs).toEqual([
    { text: 'Cities ', marks: undefined, change: 'kept' },
    { text: 'welcome', marks: { strong: true }, change: 'deleted' },
    { text: 'welcome', marks: { em: true }, change: 'inserted' },
    { text: '.', marks: {}, change: 'deleted' },
    { text: '.', marks: undefined, change: 'inserted' },
  ])
})
