import { expect, test } from 'vitest'
import { paperLinks, reviewLinks } from './sections'

test('a paper has its text, its review and its sealed drafts, and says where one is', () => {
  const links = paperLinks('ciudades', 'review')
  expect(links.map(({ href }) => href)).toEqual(['/papers/ciudades', '/p/ciudades/review', '/p/ciudades/milestones'])
  expect(links.filter(({ current }) => current).map(({ name }) => name)).toEqual(['section-rounds'])
})

test('only pages that exist are among those of the review', () => {
  const links = reviewLinks('ciudades', 'desk')
  expect(links.map(({ href }) => href).slice(0, 2)).toEqual(['/p/ciudades/review', '/p/ciudades/desk'])
  expect(links.filter(({ current }) => current)).toHaveLength(1)
})
