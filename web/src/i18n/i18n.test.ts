import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { formatDay, formatInstant, formatMoment, formatNumber, setServiceClock } from './dates'
import { bundleOf, language, onLanguage, preferredLanguage, t, useLanguage } from './index'
import { refusalWords } from './refusals'

const source = (name: string) => readFileSync(new URL(`../../../fixtures/messages/${name}.ftl`, import.meta.url), 'utf8')

test.each(['es', 'en'])('every message of %s can be said', name => {
  const bundle = bundleOf(name, source(name))
  expect(bundle.hasMessage('error-unknown')).toBe(true)
})

const rust = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
const found = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, code]) => code!)

/** Every code that the routes, the wire and the browser itself can give, read where each is written. */
const CODES = [...new Set([
  ...found(rust('server/src/http/error.rs'), /^ *\("([a-z_]+)", \d{3}, /gm),
  ...found(rust('crdt/src/sync/events.rs'), /Refusal::\w+ => "([a-z_]+)"/g),
  ...found(rust('web/src/sync/closing.ts'), /code: '([a-z_]+)'/g),
  ...['network_unreachable', 'answer_unreadable', 'no_answer', 'device_copy_unreadable', 'device_keeps_nothing', 'page_fault'],
])]

/** What the server always sends with `word_taken`. */
const NAMED = { slug: 'vivienda' }

test('the codes were found', () => {
  expect(CODES).toEqual(expect.arrayContaining(['milestone_exists', 'schema_violation', 'server_restart']))
})

describe.each(['es', 'en'] as const)('in %s', name => {
  beforeEach(() => useLanguage(name))

  test.each(CODES)('the code `%s` has words of its own', code => {
    expect(refusalWords(code, NAMED)).not.toBe(t('error-unknown', { code }))
  })

  test('a code from the future is named in a general sentence', () => {
    expect(refusalWords('moon_phase_wrong')).toContain('moon_phase_wrong')
  })
})

test('a page is told when the language changes, until it stops listening', async () => {
  const heard: string[] = []
  const stop = onLanguage(spoken => heard.push(spoken))
  await useLanguage('en')
  stop()
  await useLanguage('es')
  expect([heard, language()]).toEqual([['en'], 'es'])
})

test('a name written from right to left is set apart, a Latin one is left as it is', async () => {
  await useLanguage('es')
  expect(t('error-unknown', { code: 'سمير' })).toContain('\u2068سمير\u2069')
  expect(t('error-unknown', { code: 'Samir' })).toContain('(Samir)')
})

test('the first language of the reader that we speak is taken', () => {
  expect([preferredLanguage(['fr-FR', 'en-US', 'es']), preferredLanguage(['pt']), preferredLanguage([])]).toEqual(['en', 'es', 'es'])
})

describe('dates', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.parse('2026-03-01T12:00:00Z') })
    setServiceClock('2016-09-21T08:42:00Z')
    return () => vi.useRealTimers()
  })

  test('a calendar day is the same day in every time zone', async () => {
    await useLanguage('es')
    expect(formatDay('2016-10-12')).toBe('12 de octubre de 2016')
    await useLanguage('en')
    expect(formatDay('2016-10-12')).toBe('12 October 2016')
  })

  test('"today" is the service’s, not the device’s', async () => {
    await useLanguage('en')
    expect(formatMoment('2016-09-21T08:40:00Z')).not.toContain('2016')
    expect(formatMoment('2016-09-19T08:40:00Z')).toContain('19 Sept 2016')
  })

  test('an exact instant names the zone it is told in', async () => {
    await useLanguage('en')
    expect(formatInstant('2016-09-23T16:00:00Z')).toMatch(/^23 September 2016 at \d\d:00 (GMT|UTC|[A-Z]{3,4})/)
  })

  test('numbers follow the language', async () => {
    await useLanguage('es')
    expect(formatNumber(18_500)).toBe('18.500')
    await useLanguage('en')
    expect(formatNumber(18_500)).toBe('18,500')
  })
})
