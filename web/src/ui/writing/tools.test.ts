import { expect, test } from 'vitest'
import { shortcut } from './tools'

test('a shortcut is written as the keyboard in front of the person has it', () => {
  expect(shortcut('Negrita', 'B', false)).toBe('Negrita (Ctrl+B)')
  expect(shortcut('Rehacer', '⇧Z', false)).toBe('Rehacer (Ctrl+Shift+Z)')
  expect(shortcut('Rehacer', '⇧Z', true)).toBe('Rehacer (⌘⇧Z)')
})
