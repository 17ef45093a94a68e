/** The editor's schema against the declared one, `fixtures/schema.json`, which the Rust side is held to as well. */
import '../testing/automerge-in-node'
import * as A from '@automerge/automerge/slim'
import { describe, expect, test } from 'vitest'
import declared from '../../../../fixtures/schema.json'
import { TEXT_PATH } from './automerge'
import { blocksOf, canonicalMarker, canonicalMarks, proseMarks, type Marker } from './model'
import { expandOf, isAllowedHref, LINK_SCHEMES, LIST_DEPTH_LIMIT, nodes as N } from './schema'
import { commands } from '../surface/commands'
import { people } from '../testing/people'

type Attr = string | Record<string, unknown>

/** A value the declared attribute allows. */
function example(rule: Attr): unknown {
  if (rule === 'id' || (rule as { id?: boolean }).id) return '0123456789abcdef'
  const { integer, boolean, hex, string } = rule as { integer?: [number, number]; boolean?: boolean; hex?: number; string?: boolean }
  if (integer) return integer[1]
  if (boolean) return true
  if (hex) return 'f'.repeat(hex)
  if (string) return 'words'
  throw new Error(`a kind of attribute this test does not know: ${JSON.stringify(rule)}`)
}

function exampleMarker(block: (typeof declared.blocks)[keyof typeof declared.blocks]): Marker {
  const parents = Array.isArray(block.parents) ? block.parents : Array<string>(3).fill(block.parents.repeat)
  const attrs = Object.fromEntries(Object.entries(block.attrs).map(([name, rule]) => [name, example(rule)]))
  return { type: block.type, parents, attrs: attrs as Marker['attrs'], isEmbed: false }
}

describe('DOC: the closed schema is the same on both sides', () => {
  for (const [name, block] of Object.entries(declared.blocks)) {
    test(`a ${name} with every declared attribute is shown as itself and written as it was read`, () => {
      const marker = exampleMarker(block)
      expect(canonicalMarker(marker as never)).toEqual(marker)
      const bare = canonicalMarker({ type: marker.type, parents: marker.parents })
      for (const [attr, rule] of Object.entries(block.attrs)) {
        if (typeof rule === 'object' && 'default' in rule) expect(bare.attrs[attr]).toBe(rule.default)
        else expect(bare.attrs).not.toHaveProperty(attr)
      }
    })
  }

  test('every block our commands make is declared, with exactly the declared attributes', () => {
    const [ines] = people(['# Título', 'hola', '- uno'], ['Inés'])
    for (const kind of Object.keys(commands) as (keyof typeof commands)[]) {
      ines.at('uno').does(commands[kind])
      for (const { marker } of blocksOf(ines.shown)) {
        const rule = Object.values(declared.blocks).find(({ type, parents }) => type === marker?.type && (Array.isArray(parents) ? String(parents) === String(marker.parents) : marker.parents.every((parent) => parent === parents.repeat)))
        expect(Object.keys(rule?.attrs ?? {})).toEqual(expect.arrayContaining(Object.keys(marker?.attrs ?? {})))
      }
    }
  })

  test('what is outside of it stays as it is', () => {
    expect(canonicalMarker({ type: 'aside', parents: [], attrs: { of: 'r', n: 3 }, isEmbed: false })).toEqual({ type: 'aside', parents: [], attrs: { n: 3, of: 'r' }, isEmbed: false })
    expect(canonicalMarker({ type: 'table-cell', parents: [], attrs: { row: 'r', column: 7, header: 'yes' } }).attrs).toEqual({ table: '', row: 'r', column: '', header: false })
    expect(canonicalMarks({ 'comment:1': 'x' })).toBe('{"comment:1":"x"}')
    expect(proseMarks('{"comment:1":"x"}')[0].attrs).toEqual({ name: 'comment:1', value: '"x"' })
    expect(proseMarks('{"footnote:f000000000000001":"x"}')[0].attrs).toEqual({ name: 'footnote:f000000000000001', value: '"x"' })
    expect(proseMarks('{"footnote:f000000000000001":true}')[0].type.name).toBe('footnote')
  })

  test('marks grow as declared, and those with an id follow their family', () => {
    for (const [name, rule] of Object.entries(declared.marks)) expect(expandOf(name.replace('*', 'a1'))).toBe(rule.expand)
    expect(expandOf('comment:1')).toBe('none')
  })

  test('links take the declared schemes and no other', () => {
    expect(LINK_SCHEMES).toEqual(['http', 'https', 'mailto'])
    for (const href of ['https://www.uclg.org/', 'http://example.org', 'mailto:ines@example.org']) expect(isAllowedHref(href)).toBe(true)
    for (const href of ['javascript:alert(1)', 'jav\tascript:alert(1)', 'data:text/html,x', 'vbscript:x', '/relative', '#anchor', '', 'file:///etc/passwd']) expect(isAllowedHref(href)).toBe(false)
  })

  test('levels and depths are held within their limits', () => {
    const [low, high] = declared.limits.heading_level
    expect(canonicalMarker({ type: 'heading', parents: [], attrs: { level: 99 } }).attrs.level).toBe(high)
    expect(canonicalMarker({ type: 'heading', parents: [], attrs: { level: -1 } }).attrs.level).toBe(low)
    expect(LIST_DEPTH_LIMIT).toBe(declared.limits.list_depth)
    expect(canonicalMarker({ type: 'ordered-list-item', parents: Array(20).fill('x') }).parents).toHaveLength(LIST_DEPTH_LIMIT)
  })
})

test('DOC: markers are written with scalar strings and isEmbed, in the order of no key', () => {
  const [ines] = people(['# Título', 'hola mundo'], ['Inés'])
  ines.at('mundo').does(commands.strong)
  ines.dispatch(ines.text.state.tr.split(ines.positionOfWord('mundo')))
  const span = A.spans(ines.text.doc, TEXT_PATH).filter(({ type }) => type === 'block').at(-1)
  const value = span?.value as Record<string, unknown>
  expect(A.isImmutableString(value.type)).toBe(true)
  expect(A.isImmutableString((value.attrs as Record<string, unknown>).id)).toBe(true)
  expect(value.isEmbed).toBe(false)
  expect(N.paragraph.name).toBe(String(value.type))
})
