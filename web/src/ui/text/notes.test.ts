import { expect, test } from 'vitest'
import type { Block } from '../../api'
import { firstNotesOf, notesOf, piecesOf } from './notes'

const run = (text: string, ...marks: string[]) => ({ text, marks: Object.fromEntries(marks.map((name) => [name, true])) })

test('a note leaves the line, whole with its bold word, and two that touch are two', () => {
  const runs = [run('Así'), run('véase ', 'footnote:a'), run('allí', 'footnote:a', 'strong'), run('y aquí', 'footnote:b'), run('.')]
  expect(piecesOf(runs, 7).map(({ note, runs: words }) => note?.number ?? words.map(({ text }) => text).join(''))).toEqual(['Así', 7, 8, '.'])
  expect(notesOf(runs).map(({ runs: words }) => words.length)).toEqual([2, 1])
  expect(piecesOf([], 1)).toEqual([])
})

test('notes are numbered on from block to block', () => {
  const blocks = [{ id: 'p', type: 'paragraph', runs: [run('x', 'footnote:a')] }, { id: 'q', type: 'paragraph' }, { id: 'r', type: 'paragraph', runs: [run('y', 'footnote:c')] }] as Block[]
  expect([...firstNotesOf(blocks, 4).values()]).toEqual([4, 5, 5])
})
