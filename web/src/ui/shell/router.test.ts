import { describe, expect, test } from 'vitest'
import { parse, paths } from './router'

describe('an address leads to its page', () => {
  test('the drafts of a paper have their page', () => {
    expect(parse(paths.milestones('cities'))).toEqual({ page: 'milestones', slug: 'cities' })
    expect(parse('/p/cities/milestones/1').page).toBe('lost')
  })

  test('the sources of a paper have their page', () => {
  expect(parse(paths.sources('cities'))).toEqual({ page: 'sources', slug: 'cities' })
  expect(parse('/p/cities/sources/1').page).toBe('lost')
})

test('the start page, with nothing after the slash', () => {
    expect(parse('/')).toEqual({ page: 'home' })
    expect(parse('')).toEqual({ page: 'home' })
  })

  test('the link Inés sends: sign-in, its token in the fragment and so not in the path', () => {
    expect(parse('/sign-in')).toEqual({ page: 'sign-in' })
  })

  test('the answers to the components, and those to one', () => {
    expect(parse('/p/ciudades/answers')).toEqual({ page: 'answers', slug: 'ciudades', component: null })
    expect(parse('/p/ciudades/answers/AFR')).toEqual({ page: 'answers', slug: 'ciudades', component: 'AFR' })
  })

  test('the history of a chapter, by its number and in a language', () => {
    expect(parse('/p/ciudades/history/4.1')).toEqual({ page: 'history', slug: 'ciudades', number: '4.1' })
    expect(parse('/p/ciudades/history/4/x')).toEqual({ page: 'lost' })
    expect(parse('/p/ciudades/history')).toEqual({ page: 'lost' })
    expect(paths.history('ciudades', '4.1', 'es')).toBe('/p/ciudades/history/4.1?language=es')
  })

  test('the brackets of a paper, and nothing below them', () => {
    expect(parse('/p/ciudades/brackets')).toEqual({ page: 'brackets', slug: 'ciudades' })
    expect(parse('/p/ciudades/brackets/x')).toEqual({ page: 'lost' })
    expect(parse(paths.brackets('ciudades'))).toEqual({ page: 'brackets', slug: 'ciudades' })
  })

  test('the components and their people', () => {
    expect(parse('/people')).toEqual({ page: 'people' })
  })

  test('a paper, with or without a slash at the end', () => {
    expect(parse('/papers/ciudades')).toEqual({ page: 'paper', slug: 'ciudades' })
    expect(parse('/papers/ciudades/')).toEqual({ page: 'paper', slug: 'ciudades' })
  })

  test('the chapter Samir writes, by language and number', () => {
    expect(parse('/papers/ciudades/es/4.1')).toEqual({ page: 'writing', slug: 'ciudades', language: 'es', number: '4.1' })
    expect(parse('/papers/ciudades/pt-BR/4')).toEqual({ page: 'writing', slug: 'ciudades', language: 'pt-BR', number: '4' })
  })

  test('a sealed draft', () => {
    expect(parse('/papers/ciudades/milestones/0b5c')).toEqual({ page: 'milestone', slug: 'ciudades', id: '0b5c' })
  })
})

describe('the review of a paper', () => {
  test('a round, and the one that matters now', () => {
    expect(parse('/p/ciudades/review')).toEqual({ page: 'review', slug: 'ciudades', round: null })
    expect(parse('/p/ciudades/review/r-1')).toEqual({ page: 'review', slug: 'ciudades', round: 'r-1' })
  })

  test('two drafts compared, and neither alone', () => {
    expect(parse('/p/ciudades/compare/7f/now')).toEqual({ page: 'compare', slug: 'ciudades', from: '7f', to: 'now' })
    expect(parse(paths.compare('ciudades', 'seen', 'now'))).toEqual({ page: 'compare', slug: 'ciudades', from: 'seen', to: 'now' })
    expect(parse('/p/ciudades/compare/7f')).toEqual({ page: 'lost' })
    expect(parse('/p/ciudades/compare/7f/now/x')).toEqual({ page: 'lost' })
  })

  test("the room of one's component", () => {
    expect(parse('/p/ciudades/desk')).toEqual({ page: 'desk', slug: 'ciudades' })
  })

  test('the amendments of a paper, one of them, and the desk on which it is written', () => {
    expect(parse('/p/ciudades/amendments')).toEqual({ page: 'amendments', slug: 'ciudades' })
    expect(parse('/p/ciudades/amendments/7f')).toEqual({ page: 'amendment', slug: 'ciudades', id: '7f' })
    expect(parse('/p/ciudades/amendments/7f/draft')).toEqual({ page: 'proposing', slug: 'ciudades', id: '7f', what: 'draft' })
    expect(parse('/p/ciudades/amendments/7f/copy')).toEqual({ page: 'proposing', slug: 'ciudades', id: '7f', what: 'copy' })
  })
})

describe('an address that leads nowhere is lost, never an error', () => {
  test.each([
    '/nowhere',
    '/papers',
    '/papers/ciudades/es',
    '/papers/ciudades/es/four',
    '/papers/ciudades/Spanish!/4',
    '/papers/ciudades/es/4.1/more',
    '/p/ciudades/amendments/7f/else',
    '/p/ciudades/amendments/7f/draft/more',
    '/papers//es/4',
    '/papers/%E0%A4%A',
    '/sign-in/again',
    '/p/ciudades',
    '/p/ciudades/nowhere',
    '/p/ciudades/desk/more',
  ])('%s', (path) => {
    expect(parse(path)).toEqual({ page: 'lost' })
  })
})

test('every path that is built is read back as the same place', () => {
  expect(parse(paths.home)).toEqual({ page: 'home' })
  expect(parse(paths.signIn)).toEqual({ page: 'sign-in' })
  expect(parse(paths.paper('a b/c'))).toEqual({ page: 'paper', slug: 'a b/c' })
  expect(parse(paths.writing('ciudades', 'es', '4.1'))).toEqual({ page: 'writing', slug: 'ciudades', language: 'es', number: '4.1' })
  expect(parse(paths.procedure('a b', 'review', 'x-1'))).toEqual({ page: 'review', slug: 'a b', round: 'x-1' })
  expect(parse(paths.milestone('ciudades', 'x-1'))).toEqual({ page: 'milestone', slug: 'ciudades', id: 'x-1' })
})
