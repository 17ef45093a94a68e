import { expect, test } from 'vitest'
import type { Source } from '../../api'
import { matching, shortCitation, sourceLine } from './naming'

const source = (author: string, title: string, year = ''): Source =>
  ({ id: title, author, title, year, link: '', note: '', unused: false, version: 1, cited: [] })

test('a person is cited by the first part of the name, a body by all of it, a work without author by its title', () => {
  expect(shortCitation(source('Harvey, David', 'The Right to the City', '2008'))).toBe('Harvey 2008')
  expect(shortCitation(source('Banco Mundial', 'Informe', '2013'))).toBe('Banco Mundial 2013')
  expect(shortCitation(source('', 'Carta de Túnez'))).toBe('Carta de Túnez')
  expect(sourceLine(source('CGLU', 'Carta-Agenda', '2011'))).toBe('CGLU: Carta-Agenda, 2011')
})

test('one finds a source by any of its words, without accents', () => {
  const all = [source('CGLU', 'Carta de Túnez', '2013'), source('Harvey, David', 'The Right to the City', '2008')]
  expect(matching(all, 'tunez 2013')).toEqual([all[0]])
  expect(matching(all, '')).toEqual(all)
  expect(matching(all, 'tunez 2008')).toEqual([])
})
