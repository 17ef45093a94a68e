import { expect, test } from 'vitest'
import { allowedHref, hrefFromTyped } from './links'

test('Adaeze types an address the way people say it', () => {
  expect(hrefFromTyped(' uclg.org ')).toBe('https://uclg.org')
  expect(hrefFromTyped('uclg.org/congress?lang=es')).toBe('https://uclg.org/congress?lang=es')
  expect(hrefFromTyped('localhost.test:8080/a')).toBe('https://localhost.test:8080/a')
  expect(hrefFromTyped('ines@example.org')).toBe('mailto:ines@example.org')
  expect(hrefFromTyped('http://unhabitat.org')).toBe('http://unhabitat.org')
})

test.each(['', '   ', 'two words', 'word', 'javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'data:text/html,x', 'file:///etc/passwd', '/here'])(
  'what is no address a reader may follow is refused: %j',
  (typed) => {
    expect(hrefFromTyped(typed)).toBeNull()
  },
)

test('a link already in the text is shown only when its scheme is one of the schema', () => {
  expect(allowedHref('https://uclg.org')).toBe('https://uclg.org')
  expect(allowedHref('mailto:a@example.org')).toBe('mailto:a@example.org')
  expect(allowedHref('javascript:alert(1)')).toBeNull()
  expect(allowedHref('/relative')).toBeNull()
  expect(allowedHref(true)).toBeNull()
})
