import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { daysUntil, formatDay, formatMoment, formatNumber, setServiceClock } from './dates'
import { bundleOf, errorMessage, language, onLanguage, preferredLanguage, t, useLanguage } from './index'

const source = (name: string) => readFileSync(new URL(`../../../fixtures/messages/${name}.ftl`, import.meta.url), 'utf8')

test.each(['es', 'en'])('every message of %s can be said', name => {
  const bundle = bundleOf(name, source(name))
  expect(bundle.hasMessage('error-unknown')).toBe(true)
})

/** What the wire and the routes can answer; each must have its words. */
const CODES = [
  'not_allowed', 'actor_not_yours', 'change_invalid', 'change_too_large', 'missing_dependencies', 'schema_violation', 'counter_out_of_range',
  'sequence_broken', 'text_full', 'storage_full', 'storage_failed', 'sign_in_required', 'text_moved_on', 'anchor_unknown', 'stale_version',
  'milestone_exists', 'idempotency_conflict', 'network_unreachable', 'server_restart', 'version_unsupported',
]

describe.each(['es', 'en'] as const)('in %s', name => {
  beforeEach(() => useLanguage(name))

  test.each(CODES)('the code `%s` has words of its own', code => {
    expect(errorMessage(code)).not.toContain(code)
  })

  test('a code from the future is named in a general sentence', () => {
    expect(errorMessage('moon_phase_wrong')).toContain('moon_phase_wrong')
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
    expect([daysUntil('2016-10-12'), daysUntil('2016-09-21'), daysUntil('2016-09-20')]).toEqual([21, 0, -1])
  })

  test('numbers follow the language', async () => {
    await useLanguage('es')
    expect(formatNumber(18_500)).toBe('18.500')
    await useLanguage('en')
    expect(formatNumber(18_500)).toBe('18,500')
  })
})
