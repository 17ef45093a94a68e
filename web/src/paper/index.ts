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
 * Inside, each folder uses those above it:
 *
 * - `text` what a text is: the Automerge document, our schema, the blocks both sides reduce to, and the difference of two documents, to
 *   write (`diff.ts`) and to read (`redline.ts`);
 * - `passages` places that survive everybody's edits: anchors of comments, carets, who wrote what;
 * - `binding` Automerge ⇄ ProseMirror, without a screen: `binding.ts` is the one place where both meet, `living-text.ts` the whole of it;
 * - `decorations` what stands around the words and is not in the text: numbers, comment marks, other people's carets, what a proposal changes;
 * - `surface` the screen: view, keys, commands, paste.
 *
 * The invariant all of it keeps: *the document on screen is what the spans of the Automerge text say*, after every transaction.
 * The random campaigns in `binding/campaign.test.ts` try to break it; start reading at `text/model.ts`, then `binding/binding.ts`.
 *
 * What it does not know: the network, IndexedDB, people and rights, the words of the interface. Those arrive as options and values.
 */
export { loadAutomerge, type PaperDoc, type PaperText } from './text/automerge'
export type * from './face'
export { anchorOf, rangeOf, type Anchor, type ElementRun } from './passages/anchor'
export type { AttributedWords } from './passages/attribution'
export { blocksOfText, renderBlocks, type BlockJson } from './rendering'
export { createEditor } from './surface/editor'
