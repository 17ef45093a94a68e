/**
 * The editor core: the words of a chapter on screen, as one Automerge text that many people write at once.
 *
 * ```ts
 * await loadAutomerge(() => fetch(wasmUrl))
 * const editor = createEditor(host, { doc, editable: true, label: '4.1 Acogida', language: 'es', firstNumber: 31,
 *   onChanges: (changes) => session.sendLocal(changes), onState: (state) => toolbar.show(state) })
 * session.onRemote = (changes) => editor.receive(changes)
 * ```
 *
 * Inside, two halves meet in `binding.ts`: pure functions between Automerge and ProseMirror documents (`model`, `diff`, `write`, `read`),
 * and the surface people touch (`surface/`). The invariant that all of it keeps: *the document on screen is what the spans of the
 * Automerge text say*, after every transaction. See `model.ts` for the shape, `binding.ts` for the two directions.
 */
export { loadAutomerge, type PaperDoc, type PaperText } from './automerge'
export type * from './face'
export { anchorOf, rangeOf, type Anchor, type ElementRun } from './passages/anchor'
export type { AttributedWords } from './passages/attribution'
export { blocksOfText, renderBlocks, type BlockJson } from './rendering'
export { createEditor } from './surface/editor'
