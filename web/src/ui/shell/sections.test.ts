import { expect, test } from 'vitest'
import { paperLinks, reviewLinks } from './sections'

test('a paper has its text, its review and its sealed drafts, and says where one is', () => {
  const links = paperLinks('ciudades', 'review', 'm-1')
  expect(links.map(({ href }) => href)).toEqual(['/papers/ciudades', '/p/ciudades/review', '/papers/ciudades/milestones/m-1'])
  expect(links.filter(({ current }) => current).map(({ name }) => name)).toEqual(['section-rounds'])
})

test('with nothing sealed, the milestones are those that are planned', () => {
  expect(paperLinks('ciudades', 'text', null)[2]!.href).toBe('/papers/ciudades#drafts')
})

test('only pages that exist are among those of the review', () => {
  const links = reviewLinks('ciudades', 'desk')
  expect(links.map(({ href }) => href).slice(0, 2)).toEqual(['/p/ciudades/review', '/p/ciudades/desk'])
  expect(links.filter(({ current }) => current)).toHaveLength(1)
})
