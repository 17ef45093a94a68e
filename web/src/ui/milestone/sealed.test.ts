import { expect, test } from 'vitest'
import type { Block, Milestone } from '../../api'
import { firstNumbersOf, textsIn } from './sealed'

const sealed = (number: string, language: string) => ({ text: number + language, chapter: number, number, language, title: '', heads: [], digest: '', words: 0 })

test('the texts stand in the order of the paper, in the language asked for only', () => {
  const texts = ['10', '4.1', '2', '4', '4.10', '4.2'].map((number) => sealed(number, 'es'))
  const milestone = { texts: [...texts, sealed('1', 'en')] } as unknown as Milestone
  expect(textsIn(milestone, 'es').map((text) => text.number)).toEqual(['2', '4', '4.1', '4.2', '4.10', '10'])
})

test('paragraph numbers run through the chapters; headings and plain paragraphs do not count', () => {
  const numbered = { id: '', type: 'paragraph', numbered: true } as Block
  const plain = { id: '', type: 'paragraph' } as Block
  expect(firstNumbersOf([[plain, numbered, numbered], [], [numbered]])).toEqual([1, 3, 3])
})
