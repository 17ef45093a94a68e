import { readFileSync, readdirSync } from 'node:fs'
import { beforeEach, describe, expect, test } from 'vitest'
import { isMessage, said, t, useLanguage, type MessageArguments, type MessageId } from './index'
import { messagesFor, refusalWords, type Details } from './refusals'

const rust = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
const found = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, each]) => each!)
/** The names of the variants of an enum, as serde writes them. */
function variants(source: string, name: string): string[] {
  const body = source.split(`pub enum ${name} {\n`)[1]!.split('\n}')[0]!
  return found(body, /^ {4}([A-Z]\w*)/gm).map((each) => each.replace(/(?<!^)[A-Z]/g, '_$&').toLowerCase())
}
function allRust(folder: string): string[] {
  const entries = readdirSync(new URL(`../../../${folder}`, import.meta.url), { recursive: true, encoding: 'utf8' })
  return entries.filter((each) => each.endsWith('.rs')).map((each) => rust(`${folder}/${each}`))
}

/** Every reason why a file is not made, read where the server and its PDF program write them. */
const REASONS = [
  ...variants(rust('server/pdf/src/refusal.rs'), 'Code'),
  ...allRust('server/src').flatMap((source) => found(source, /\breason: "([a-z_]+)"\.to_owned\(\)/g)),
]
/** Every rule that a form meets, and every field that breaks one. */
const RULES = variants(rust('server/src/app/broken.rs'), 'Broken')
const FIELDS = [...new Set([
  ...allRust('server/src').flatMap((source) => found(source, /\bRefusal::broken\(\s*"([a-z_]+)"/g)),
  ...allRust('server/src').flatMap((source) => found(source, /\b(?:words::)?(?:line|code|slug|email)\(\s*"([a-z_]+)[".]/g)),
  ...found(rust('crdt/src/review/amendment/acts.rs'), /\b(?:line|words|needed)\("([a-z_]+)"/g),
  ...found(rust('server/src/http/error.rs').split('fn entry_field')[1]!.split('\n}')[0]!, /Some\("([a-z_]+)"\)/g),
  'body', 'closes',
])]
/** Reasons of other codes: a bracket that is over, a position that stands. */
const OTHER_REASONS = [...rust('server/src/app/reasons.rs').matchAll(/pub fn of_(\w+)[^]*?\n}/g)]
  .flatMap(([body, what]) => found(body, /(?:=> |\(\()?"([a-z_]+)"/g).map((reason) => [`${what}_refused`, reason] as const))
const PLACES = variants(rust('server/pdf/src/refusal.rs'), 'Place')

const paragraph = { at: 'paragraph', number: '12' }
const character = (character: string, place: Details = paragraph) => ({ character, code_point: `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`, place })
/** All that the server knows of some refusal. */
const FACTS: Details = { characters: [character('中')], place: paragraph, href: 'file:///etc', limit: 8, hints: ['replace it'] }

test('the reasons, rules and fields were found', () => {
  expect(OTHER_REASONS).toEqual(expect.arrayContaining([['bracket_refused', 'too_much_said'], ['bracket_refused', 'over'], ['position_refused', 'full'], ['silence_refused', 'not_listed']]))
  expect(RULES).toEqual(expect.arrayContaining(['missing', 'too_long', 'before_opening']))
  expect(FIELDS).toEqual(expect.arrayContaining(['name', 'words', 'question', 'reason', 'proposed', 'received']))
  expect(REASONS).toEqual(expect.arrayContaining(['character_without_font', 'worker_died', 'pictures_too_large', 'export_failed']))
  expect(PLACES).toEqual(expect.arrayContaining(['margins', 'picture']))
})

describe.each(['es', 'en'] as const)('in %s', (language) => {
  beforeEach(() => useLanguage(language))

  test.each(REASONS)('the reason `%s` has words of its own', (reason) => {
    expect(refusalWords('export_refused', { ...FACTS, reason })).not.toBe(t('error-export_refused'))
  })

  test.each(OTHER_REASONS)('the reason of `%s` that is `%s` has words of its own', (code, reason) => {
    expect(refusalWords(code, { reason, most: 9 })).not.toBe(refusalWords(code))
  })

  test.each(PLACES)('the place `%s` has words of its own', (at) => {
    const told = (place: Details) => refusalWords('export_refused', { ...FACTS, reason: 'link_refused', place })
    const place = { at, words: 'Dentro', number: '12', caption: 'Fachada', under: 'Acogida' }
    expect(told(place)).not.toBe(t('error-export_refused'))
    expect(told(place)).not.toBe(told({ ...place, at: 'paragraph', number: '99' }))
  })

  test.each(RULES)('the rule `%s` has words of its own', (rule) => {
    const details = { field: 'name', rule, most: 120, code_point: 'U+200B' }
    expect(refusalWords('field_invalid', details)).toBe(said(`error-rule-${rule}`, { ...details, label: t('error-label-name') }))
  })

  test.each(FIELDS)('the field `%s` has a name that people know', (field) => {
    const label = said(`error-label-${field}`) ?? ''
    const words = refusalWords('field_invalid', { field, rule: 'too_long', most: 1, received: null })
    expect(isMessage(`error-field-${field}-full`) || (label !== '' && words.includes(label))).toBe(true)
  })

  test.each<[Details, string]>([
    [{ field: 'date', rule: 'past' }, 'error-field-date-past'],
    [{ field: 'closes', rule: 'past' }, 'error-field-closes-past'],
    [{ field: 'closes', rule: 'not_later' }, 'error-rule-not_later'],
    [{ field: 'title', rule: 'full', most: 5_000 }, 'error-field-title-full'],
    [{ field: 'symbol', rule: 'spelling', most: 60 }, 'error-field-symbol-spelling'],
    [{ field: 'email', rule: 'spelling', most: 254 }, 'error-field-email-spelling'],
    [{ field: 'name.es', rule: 'hidden', code_point: 'U+200B' }, 'error-rule-hidden'],
    [{ field: 'result' }, 'error-field-result'],
    [{ field: 'received' }, 'error-field-received'],
    [{ field: 'received.name', rule: 'missing' }, 'error-rule-missing'],
    [{ field: 'result', rule: 'from the future' }, 'error-field-result'],
    [{ field: 'planned' }, 'error-field-planned'],
    [{ field: 'Idempotency-Key' }, 'error-field_invalid-named'],
    [{ field: 'name', expected: 'a string', received: 'integer `5`' }, 'error-field_invalid-named'],
    [{ line: 1, column: 7 }, 'error-field_invalid'],
    [{}, 'error-field_invalid'],
  ])('a field that is refused with %j is said with %s', (details, id) => {
    const field = typeof details.field === 'string' ? details.field : ''
    const label = said(`error-label-${field.split('.')[0]}`) ?? field
    expect(refusalWords('field_invalid', details)).toBe(t(id as MessageId, { ...(details as MessageArguments), label }))
  })

  test.each<[string, Details]>([
    ['a reason from the future', { ...FACTS, reason: 'moon_phase_wrong', message: 'the moon' }],
    ['a reason without the facts that its words need', { reason: 'character_without_font', hints: ['replace it'] }],
    ['a place from the future', { ...FACTS, reason: 'link_refused', place: { at: 'moon' } }],
    ['facts of another shape', { reason: 'character_without_font', characters: ['中', null], more: 'many' }],
    ['no reason', {}],
  ])('%s is said in general', (_, details) => {
    expect(refusalWords('export_refused', details)).toBe(t('error-export_refused'))
  })
})

describe('what is said', () => {
  const told = (reason: string, details: Details = {}) => refusalWords('export_refused', { reason, ...details })

  test('a character is named with its place, in both languages', async () => {
    const details = { characters: [character('中')], hints: ['replace it'] }
    await useLanguage('es')
    expect(told('character_without_font', details)).toContain('no tienen «中» (U+4E2D) en el párrafo 12. Escríbalo de otro modo')
    await useLanguage('en')
    expect(told('character_without_font', details)).toContain('do not have “中” (U+4E2D) in paragraph 12. Write it in another way')
    expect(told('character_without_font', details)).not.toContain('replace it')
  })

  test('several characters are listed to four, the others counted, and hidden ones not shown', async () => {
    await useLanguage('en')
    const characters = ['中', '\uFFFD', '日', '月', '火', '水'].map((each) => character(each, { at: 'table', after: '8' }))
    characters[1]!.code_point = 'U+0000'
    const words = told('character_without_font', { characters, more: 3 })
    expect(words).toContain('“中” (U+4E2D) in a table after paragraph 8, an invisible character (U+0000) in a table after paragraph 8, “日”')
    expect(words).toContain('and 5 more characters.')
    expect(words).not.toContain('火')
  })

  test('a place without a number is told by what stands before it', async () => {
    await useLanguage('es')
    const at = (place: Details) => told('alt_text_missing', { place })
    expect(at({ at: 'picture', caption: 'Fachada', under: 'Acogida' })).toContain('en la imagen «Fachada», bajo el título «Acogida»')
    expect(at({ at: 'picture', caption: 'Fachada' })).toContain('en la imagen «Fachada», al principio')
  })

  test('a field that no form has is named for the secretariat, and the English of the server is not repeated', async () => {
    await useLanguage('es')
    const words = refusalWords('field_invalid', { field: 'anchor', expected: 'a map', received: 'null' })
    expect(words).toContain('«anchor»')
    expect(words).not.toContain('a map')
  })

  test('what a code says by itself is said with the facts it names', async () => {
    await useLanguage('es')
    expect(refusalWords('word_taken', { slug: 'vivienda' })).toContain('«vivienda»')
    const paused = refusalWords('round_paused', { reason: 'La sala está ocupada.' })
    expect(paused).toMatch(/^Esta ronda está en pausa.* Motivo indicado: La sala está ocupada\.$/)
    expect(refusalWords('round_paused')).toMatch(/^Esta ronda está en pausa/)
    expect(messagesFor('position_refused', { reason: 'full' })).toEqual(['error-position_refused-full', 'error-position_refused-named', 'error-position_refused'])
  })
})
