/** Another Automerge tool at the same text: raw operations that know nothing of our schema, as clumsy as the format allows. */
import * as A from '@automerge/automerge/slim'
import { TEXT_PATH, type PaperDoc } from '../text/automerge'
import type { Person } from './people'
import type { Random } from './random'

const S = (value: string) => new A.ImmutableString(value)
type Value = { [key: string]: A.MaterializeValue }

export function foreignToolWrites(person: Person, random: Random): void {
  person.text.flush()
  const before = person.text.doc
  const copy = A.clone(before, { actor: random.hex(32) })
  const after = A.change(copy, (draft) => {
    for (let n = 1 + random.below(3); n > 0; n--) writeOnce(draft, random)
  })
  const changes = A.getChanges(before, after)
  if (changes.length > 0) person.receives(changes)
}

const tableAttrs = (r: Random): Value => ({
  id: S(r.hex(16)),
  table: S(r.pick(['b000000000000000', 'b000000000000001'])),
  row: S(r.pick(['a000000000000000', 'a000000000000010', 'x'])),
  column: S(r.pick(['c000000000000000', 'c000000000000010', 'x'])),
  header: r.chance(0.3),
})

function writeOnce(draft: PaperDoc, r: Random): void {
  const backend = A.getBackend(draft)
  const id = backend.getWithType('_root', 'text')?.[1] as string
  const text = backend.text(id)
  const length = backend.length(id)
  const whole = (i: number) => (/[\udc00-\udfff]/.test(text[i] ?? '') ? i + 1 : i)
  const at = whole(r.below(length + 1))
  const isMarker = (i: number) => i >= 0 && backend.getWithType(id, i)?.[0] === 'map'
  const marker = [text.indexOf('\ufffc', at), text.indexOf('\ufffc')].find((i) => isMarker(i))
  switch (r.below(9)) {
    case 0:
      return A.splice(draft, TEXT_PATH, at, 0, r.pick(['q', 'qq\n', 'é', '\ufffc', '\uffff']))
    case 1:
      return length > 0 ? A.splice(draft, TEXT_PATH, at, Math.max(0, whole(Math.min(length, at + r.below(15))) - at)) : undefined
    case 2:
      return A.splitBlock(draft, TEXT_PATH, at, {
        type: S(r.pick(['paragraph', 'heading', 'code-block', 'aside', 'table-cell', 'image', 'ordered-list-item'])),
        parents: r.pick([[], [S('blockquote')], [S('ordered-list-item'), S('unordered-list-item')], [S('x')]]),
        attrs: r.pick<Value>([{}, { level: 99 }, { id: S('0123456789abcdef') }, { foo: { a: [1, S('b')] } }, { id: S('no'), header: true }, tableAttrs(r), tableAttrs(r)]),
        isEmbed: r.chance(0.2),
      })
    case 3:
      return A.splitBlock(draft, TEXT_PATH, at, r.pick<Value>([{}, { type: 'paragraph' }, { type: 7 }, { type: S('heading'), attrs: S('no') }, { type: S('paragraph'), parents: S('no'), attrs: { numbered: S('yes') } }]))
    case 4: {
      if (length < 3) return
      const start = whole(r.below(length - 1))
      const end = Math.min(length, Math.max(start + 1, whole(start + 1 + r.below(20))))
      const name = r.pick(['strong', 'link', 'footnote:1', 'footnote:f000000000000001', 'citation', 'citation:5000000000000001', 'code', 'comment', 'lang', 'superscript', 'subscript', 'foreign', 'unknown'])
      return A.mark(draft, TEXT_PATH, { start, end, expand: r.pick(['none', 'after', 'both', 'before']) }, name, r.pick([true, false, 'x', 3, '["a","b"]']))
    }
    case 5:
      return marker === undefined ? undefined : A.updateBlock(draft, TEXT_PATH, marker, { type: S('heading'), parents: [], attrs: { level: 3 }, isEmbed: false })
    case 6:
      return marker === undefined ? undefined : A.joinBlock(draft, TEXT_PATH, marker)
    case 7: {
      const spans = A.spans(draft, TEXT_PATH)
      if (spans.length < 2) return
      spans.splice(r.below(spans.length), 1)
      try {
        return A.updateSpans(draft, TEXT_PATH, spans)
      } catch {
        return // the library loses its place in some texts; what it wrote until then stays, as it would in that tool
      }
    }
    default:
      if (marker !== undefined) backend.put(backend.getWithType(id, marker)?.[1] as string, r.pick(['type', 'attrs', 'parents']), r.pick(['image', 'zz']))
  }
}
