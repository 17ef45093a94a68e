/**
 * Citations: words that carry `citation:ID` stand for a source of the paper. Which one the page says (`CitedSource`); it shows when one points at the
 * words or stands in them, and a screen reader hears it behind them. A citation whose source nobody knows looks it.
 */
import type { Node } from 'prosemirror-model'
import { Plugin, PluginKey, type EditorState, type Selection, type Transaction } from 'prosemirror-state'
import { Decoration, DecorationSet } from 'prosemirror-view'
import type { CitationWords, CitedSource } from '../face'
import { citationsOf, noteMarksAt } from '../text/notes'
import { eachBlock } from '../text/places'

interface Shown {
  /** Null until the page has said which sources there are. */
  sources: ReadonlyMap<string, CitedSource> | null
  words: CitationWords
  decorations: DecorationSet
}

const key = new PluginKey<Shown>('citations')

export function citations(): Plugin<Shown> {
  return new Plugin<Shown>({
    key,
    state: {
      init: () => ({ sources: null, words: { source: '', unknown: '' }, decorations: DecorationSet.empty }),
      apply: (tr, was) => {
        const told = tr.getMeta(key) as Pick<Shown, 'sources' | 'words'> | undefined
        if (!told && !tr.docChanged && !tr.selectionSet) return was
        return showing({ ...was, ...told }, tr.doc, tr.selection)
      },
    },
    props: { decorations: (state) => key.getState(state)?.decorations },
  })
}

export function withSources(state: EditorState, sources: readonly CitedSource[], words: CitationWords): Transaction {
  const told = { sources: new Map(sources.map((one) => [one.id, one])), words }
  return state.tr.setMeta(key, told).setMeta('addToHistory', false)
}

/** The source that the words around the caret cite; null elsewhere. */
export function citationOfCaret(state: EditorState): string | null {
  const { $head, from, to } = state.selection
  if (!$head.parent.isTextblock) return null
  const start = $head.start()
  return citationsOf($head.parent).find((one) => start + one.from <= from && to <= start + one.to)?.id ?? null
}

function showing({ sources, words }: Pick<Shown, 'sources' | 'words'>, doc: Node, { from, to }: Selection): Shown {
  const all: Decoration[] = []
  eachBlock(doc, (block, position) => {
    for (const citation of citationsOf(block)) {
      const [start, end] = [position + 1 + citation.from, position + 1 + citation.to]
      const said = sources?.get(citation.id)?.words ?? (sources ? words.unknown : '')
      const look = ['cites', ...(sources && !sources.has(citation.id) ? ['lost'] : []), ...(start <= from && to <= end ? ['on'] : [])].join(' ')
      all.push(Decoration.inline(start, end, { nodeName: 'span', class: look, 'data-words': said }))
      if (said === '') continue
      const marks = noteMarksAt(doc, end)
      all.push(Decoration.widget(end, () => heard(`${words.source}: ${said}`), { key: `cited ${citation.id} ${said}`, side: -1, ignoreSelection: true, marks }))
    }
  })
  return { sources, words, decorations: DecorationSet.create(doc, all) }
}

function heard(words: string): HTMLElement {
  const element = document.createElement('span')
  element.className = 'heard'
  element.contentEditable = 'false'
  element.textContent = ` (${words}) `
  return element
}
