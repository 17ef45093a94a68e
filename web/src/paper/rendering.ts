/**
 * The words of a text without an editor: as blocks in the JSON of the service, and as plain elements for sealed drafts and previews.
 */
import * as A from '@automerge/automerge/slim'
import { DOMSerializer } from 'prosemirror-model'
import { TEXT_PATH, type PaperDoc } from './text/automerge'
import { blocksOfSpans, buildDoc, markValues, type Block, type Json, type Marker } from './text/model'
import { schema } from './text/schema'
import { numbersOf } from './decorations/numbers'

/** One block as the service gives it: `GET /texts/{id}`. */
export interface BlockJson {
  id?: string
  type: string
  level?: number
  numbered?: boolean
  depth?: number
  renders?: string
  renders_sha256?: string
  table?: string
  row?: string
  column?: string
  header?: true
  blob?: string
  alt?: string
  credit?: string
  runs: { text: string; marks?: { [name: string]: unknown } }[]
}

/** The blocks of a document, the same JSON as the server would give. */
export function blocksOfText(doc: PaperDoc): BlockJson[] {
  return blocksOfSpans(A.spans(doc, TEXT_PATH)).map(jsonOfBlock)
}

/**
 * Elements for these blocks, each with `data-id`, numbered from `firstNumber` as in the editor. Made by `createElement` only: no markup
 * of users is parsed.
 */
export function renderBlocks(blocks: BlockJson[], firstNumber: number, ownerDocument: Document = document): DocumentFragment {
  const doc = buildDoc(blocks.map(blockOfJson))
  const numbers = numbersOf(doc, firstNumber)
  const fragment = ownerDocument.createDocumentFragment()
  DOMSerializer.fromSchema(schema).serializeFragment(doc.content, { document: ownerDocument }, fragment)
  Array.from(fragment.children).forEach((element, i) => {
    const number = numbers[i]
    if (number !== null) element.setAttribute(element.tagName === 'OL' ? 'start' : 'data-number', String(number))
  })
  return fragment
}

function jsonOfBlock({ marker, runs }: Block): BlockJson {
  const quote = marker?.type === 'paragraph' && marker.parents.length > 0
  const { numbered, header, credit, ...attrs } = marker?.attrs ?? {}
  return {
    ...attrs,
    ...(numbered === true && { numbered }),
    ...(header === true && { header }),
    ...(typeof credit === 'string' && credit !== '' && { credit }),
    ...(marker?.type.endsWith('-list-item') && { depth: marker.parents.length }),
    type: quote ? 'quote' : (marker?.type ?? 'paragraph'),
    runs: runs.map(({ text, marks }) => ({ text, marks: markValues(marks) })),
  }
}

function blockOfJson({ type, runs, level, numbered, depth, header, credit, ...attrs }: BlockJson): Block {
  const kept = JSON.parse(JSON.stringify(attrs)) as { [key: string]: Json }
  const parents = type === 'quote' ? ['blockquote'] : Array<string>(depth ?? 0).fill(type)
  const ownAttrs: { [key: string]: Json } = {
    ...(type === 'paragraph' && { numbered: numbered === true }),
    ...(type === 'table-cell' && { header: header === true }),
    ...(type === 'image' && { credit: credit ?? '' }),
  }
  const marker: Marker = {
    type: type === 'quote' ? 'paragraph' : type,
    parents,
    attrs: { ...kept, ...(level !== undefined && { level }), ...ownAttrs },
    isEmbed: false,
  }
  return {
    marker,
    key: JSON.stringify(marker),
    runs: runs.map(({ text, marks }) => ({ text, marks: JSON.stringify(marks ?? {}) })),
  }
}
