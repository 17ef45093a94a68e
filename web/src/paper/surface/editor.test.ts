// @vitest-environment jsdom
import '../testing/automerge-in-node'
import * as A from '@automerge/automerge/slim'
import { TextSelection } from 'prosemirror-state'
import type { EditorView } from 'prosemirror-view'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { blocksOfText, createEditor, renderBlocks, type Editor, type EditorOptions, type EditorSnapshot, type PaperDoc, type ShownThread } from '..'
import { ORIGIN } from '../binding/normalise'
import { textOf } from '../testing/people'
import { Random } from '../testing/random'

const LINES = ['# Acogida', 'N. Quien llega busca un mostrador.', 'Un párrafo sin número.', 'N. La ciudad escucha.', '1) uno', '1) dos', '- tres']

interface Desk {
  editor: Editor
  host: HTMLElement
  sent: Uint8Array[]
  snapshots: EditorSnapshot[]
  /** Puts the caret into the words, or selects them. */
  selects(words: string, length?: number): void
  types(words: string): void
}

const open: Editor[] = []

/** jsdom tells ProseMirror of no selection, so these tests go through the view behind the face. */
const viewOf = (editor: Editor): EditorView => (editor as unknown as { view: EditorView }).view

function desk(doc: PaperDoc = textOf(LINES, new Random(7)), options: Partial<EditorOptions> = {}): Desk {
  const host = document.createElement('div')
  document.body.append(host)
  const sent: Uint8Array[] = []
  const snapshots: EditorSnapshot[] = []
  const editor = createEditor(host, {
    doc,
    editable: true,
    label: '4.1 Acogida',
    language: 'es',
    firstNumber: 31,
    help: 'Escape y después Tab para salir del texto',
    onChanges: (changes) => sent.push(...changes),
    onState: (state) => snapshots.push(state),
    ...options,
  })
  open.push(editor)
  const find = (words: string): [Text, number] => {
    const walker = document.createTreeWalker(host.querySelector('.ProseMirror') as Element, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const at = node.nodeValue?.indexOf(words) ?? -1
      if (at >= 0) return [node as Text, at]
    }
    throw new Error(`"${words}" is not on screen`)
  }
  const view = viewOf(editor)
  return {
    editor,
    host,
    sent,
    snapshots,
    selects(words, length = words.length) {
      const [node, at] = find(words)
      const from = view.posAtDOM(node, at)
      const { state } = view
      view.dispatch(state.tr.setSelection(TextSelection.create(state.doc, from, from + length)))
    },
    types: (words) => view.dispatch(view.state.tr.insertText(words)),
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'requestAnimationFrame', 'cancelAnimationFrame'] })
})

afterEach(() => {
  open.splice(0).forEach((editor) => editor.destroy())
  document.body.replaceChildren()
  vi.useRealTimers()
})

const shown = (host: HTMLElement): string[] => [...host.querySelectorAll('.ProseMirror > *')].map((element) => element.textContent ?? '')
const frame = (): void => void vi.advanceTimersByTime(20)

describe('proposing: what differs from the text is shown', () => {
  const WORDS = { fresh: 'Nuevo', gone: 'Eliminado', split: 'Separado', retyped: 'Otro tipo' }
  const elements = (host: HTMLElement, what: string) => [...host.querySelectorAll(what)].map((element) => element.textContent)

  test('while one writes: words that come, words that go, paragraphs that come and go', () => {
    const ines = desk()
    expect(ines.editor.compareWith(A.getHeads(ines.editor.doc()), WORDS)).toBe(true)
    expect(elements(ines.host, 'ins, del')).toEqual([])
    ines.selects('mostrador')
    ines.types('buen lugar')
    ines.selects('La ciudad escucha.')
    viewOf(ines.editor).dispatch(viewOf(ines.editor).state.tr.deleteSelection())
    expect(elements(ines.host, 'ins')).toEqual(['buen lugar'])
    expect(elements(ines.host, 'del')).toEqual(['mostrador', 'La ciudad escucha.'])
    expect(ines.editor.doc().text).toContain('busca un buen lugar.')
    frame()
    expect(ines.snapshots.at(-1)?.changes).toBe(2)
  })

  test('deleted words are not in the text, take no caret, and can be hidden', () => {
    const ines = desk()
    const base = A.getHeads(ines.editor.doc())
    ines.editor.compareWith(base, WORDS)
    ines.selects('mostrador')
    viewOf(ines.editor).dispatch(viewOf(ines.editor).state.tr.deleteSelection())
    const gone = ines.host.querySelector('del') as HTMLElement
    expect(gone.contentEditable).toBe('false')
    expect(ines.editor.doc().text).not.toContain('mostrador')
    ines.editor.compareWith(null, WORDS)
    expect(elements(ines.host, 'ins, del')).toEqual([])
    frame()
    expect(ines.snapshots.at(-1)?.changes).toBeNull()
  })

  test('against words of others that have arrived they say nothing, and a history that does not know the base shows nothing', () => {
    const doc = textOf(LINES, new Random(7))
    const ines = desk(doc)
    expect(ines.editor.compareWith(['ab'.repeat(32)], WORDS)).toBe(false)
    const samir = desk(A.load<PaperDoc>(A.save(doc)) as unknown as PaperDoc)
    ines.editor.compareWith(A.getHeads(doc), WORDS)
    samir.selects('La ciudad', 0)
    samir.types('Hoy ')
    ines.editor.receive(samir.sent)
    expect(elements(ines.host, 'ins')).toEqual(['Hoy '])
    ines.editor.compareWith(A.getHeads(ines.editor.doc()), WORDS)
    expect(elements(ines.host, 'ins')).toEqual([])
  })

  test('paragraphs are found by their ids, also with deleted ones shown between them', () => {
    const ines = desk()
    ines.editor.compareWith(A.getHeads(ines.editor.doc()), WORDS)
    const view = viewOf(ines.editor)
    const [, first, second] = view.state.doc.children
    view.dispatch(view.state.tr.delete(view.state.doc.child(0).nodeSize, view.state.doc.child(0).nodeSize + first.nodeSize))
    expect([...ines.editor.topsOf([first.attrs.id, second.attrs.id]).keys()]).toEqual([second.attrs.id])
    expect(ines.host.querySelector('.gone')?.getAttribute('data-change')).toBe('Eliminado')
  })
})

describe('writing', () => {
  test('a word is one change, and a space ends it', () => {
    const ines = desk()
    ines.selects('La ciudad', 0)
    for (const letter of 'Toda') ines.types(letter)
    expect(ines.sent).toHaveLength(0)
    ines.types(' ')
    expect(ines.sent).toHaveLength(1)
    expect(A.decodeChange(ines.sent[0]).ops.length).toBeLessThanOrEqual(5)
  })

  test('a letter is written after 150 ms even when no more follow', () => {
    const ines = desk()
    ines.selects('La ciudad', 0)
    ines.types('Y')
    vi.advanceTimersByTime(149)
    expect(ines.sent).toHaveLength(0)
    vi.advanceTimersByTime(1)
    expect(ines.sent).toHaveLength(1)
  })

  test('what was typed is flushed before the document is asked for, when the page hides, and on destroy', () => {
    const ines = desk()
    ines.selects('La ciudad', 0)
    ines.types('a')
    expect(ines.editor.doc().text).toContain('aLa ciudad')
    ines.types('b')
    window.dispatchEvent(new Event('pagehide'))
    ines.types('c')
    ines.editor.destroy()
    open.length = 0
    expect(ines.sent).toHaveLength(3)
  })

  test('Samir sees what Inés writes, and nothing comes back', () => {
    const doc = textOf(LINES, new Random(7))
    const ines = desk(doc)
    const samir = desk(A.load<PaperDoc>(A.save(doc)) as unknown as PaperDoc)
    ines.selects('mostrador', 0)
    ines.types('buen ')
    samir.editor.receive(ines.sent)
    expect(shown(samir.host)[1]).toBe('Quien llega busca un buen mostrador.')
    vi.advanceTimersByTime(5_000)
    expect(samir.sent).toHaveLength(0)
  })

  test('while an input method composes, what others write is in the document at once and on screen when it ends', () => {
    const doc = textOf(LINES, new Random(7))
    const ines = desk(doc)
    const samir = desk(A.load<PaperDoc>(A.save(doc)) as unknown as PaperDoc)
    const composing = vi.spyOn(viewOf(ines.editor), 'composing', 'get').mockReturnValue(true)
    ines.selects('mostrador', 0)
    ines.types('に')
    samir.selects('Quien', 0)
    samir.types('Hoy ')
    ines.editor.receive(samir.sent)
    ines.types('ほ')
    expect(shown(ines.host)[1]).toBe('Quien llega busca un にほmostrador.')
    expect(ines.editor.doc().text).toContain('Hoy Quien llega busca un にほmostrador.')
    composing.mockReturnValue(false)
    vi.advanceTimersByTime(2_000)
    expect(shown(ines.host)[1]).toBe('Hoy Quien llega busca un にほmostrador.')
    samir.editor.receive(ines.sent)
    expect(shown(samir.host)).toEqual(shown(ines.host))
  })

  test('in reading mode commands do nothing and the words are a document, not a disabled field', () => {
    const ines = desk()
    ines.editor.setEditable(false)
    const root = ines.host.querySelector('.ProseMirror') as HTMLElement
    expect(root.getAttribute('role')).toBe('document')
    expect(root.getAttribute('contenteditable')).toBe('false')
    expect(ines.editor.run('strong')).toBe(false)
    ines.editor.setEditable(true)
    expect(root.getAttribute('role')).toBe('textbox')
    expect(document.getElementById(root.getAttribute('aria-describedby') ?? '')?.textContent).toContain('Escape')
  })

  test('when the screen disagrees with the text after all, the text wins and the fault is reported', () => {
    const faults: unknown[] = []
    const ines = desk(undefined, { onFault: (fault) => faults.push(fault) })
    const view = viewOf(ines.editor)
    view.dispatch(view.state.tr.insertText('fantasma ', 1).setMeta(ORIGIN, 'remote'))
    expect(shown(ines.host)[0]).toBe('fantasma Acogida')
    vi.advanceTimersByTime(2_100)
    expect(shown(ines.host)[0]).toBe('Acogida')
    expect(faults).toEqual([{ shown: expect.stringContaining('fantasma'), stored: expect.stringContaining('Acogida') }])
    expect(ines.sent).toHaveLength(0)
  })

  test('starting again from another document forgets undo and keeps the numbers', () => {
    const ines = desk()
    ines.selects('La ciudad', 0)
    ines.types('Toda ')
    ines.editor.replaceDoc(textOf(['# Otro', 'N. texto'], new Random(9)))
    expect(shown(ines.host)).toEqual(['Otro', 'texto'])
    expect(ines.editor.run('undo')).toBe(false)
    expect(ines.host.querySelector('p.numbered')?.getAttribute('data-number')).toBe('31')
  })
})

describe('what the page shows around the text', () => {
  test('paragraphs are numbered on from the chapters before, items within their list, and the numbers follow the edits', () => {
    const ines = desk()
    const numbers = () => [...ines.host.querySelectorAll('[data-number], ol')].map((e) => e.getAttribute('data-number') ?? `item ${e.getAttribute('start')}`)
    expect(numbers()).toEqual(['31', '32', 'item 1', 'item 2'])
    ines.selects('Un párrafo', 0)
    ines.editor.run('numbered')
    expect(numbers()).toEqual(['31', '32', '33', 'item 1', 'item 2'])
    ines.editor.setFirstNumber(40)
    expect(numbers()).toEqual(['40', '41', '42', 'item 1', 'item 2'])
    ines.types('x')
    expect(numbers()).toEqual(['40', '41', '42', 'item 1', 'item 2'])
  })

  test('the snapshot tells marks, kind of block, counts and title once per frame', () => {
    const ines = desk()
    ines.selects('ciudad')
    ines.editor.run('strong')
    frame()
    expect(ines.snapshots).toHaveLength(1)
    expect(ines.snapshots[0]).toMatchObject({ strong: true, em: false, block: 'numbered', selectionEmpty: false, selectedWords: 'ciudad', canUndo: true, canRedo: false, numbered: 2, title: 'Acogida' })
  })

  test('the title stays a title', () => {
    const ines = desk()
    ines.selects('Acogida', 0)
    frame()
    expect(ines.snapshots.at(-1)?.block).toBe('title')
    expect(ines.editor.run('quote')).toBe(false)
  })

  test('every block carries its id', () => {
    const ids = [...desk().host.querySelectorAll('.ProseMirror > *')].map((element) => element.getAttribute('data-id'))
    expect(ids.every((id) => /^[0-9a-f]{16}$/.test(id ?? ''))).toBe(true)
    expect(new Set(ids).size).toBe(LINES.length)
  })

  test('a link needs an allowed scheme, and one around the caret can be changed and removed', () => {
    const ines = desk()
    ines.selects('ciudad')
    expect(ines.editor.setLink('javascript:alert(1)')).toBe(false)
    expect(ines.editor.setLink('https://www.uclg.org/')).toBe(true)
    ines.selects('ciudad', 0)
    frame()
    expect(ines.snapshots.at(-1)?.link).toBe('https://www.uclg.org/')
    expect(ines.editor.setLink(null)).toBe(true)
    expect(ines.host.querySelector('a')).toBeNull()
  })
})

describe('comments', () => {
  const thread = (anchor: ShownThread['anchor'], rest: Partial<ShownThread> = {}): ShownThread => ({ id: 't1', anchor, state: 'open', active: false, ...rest })

  test('ANC: a comment stays on its words through edits, and is detached when they are gone', () => {
    const ines = desk()
    ines.selects('escucha')
    const made = ines.editor.anchorOfSelection()
    expect(made?.anchor.quote).toBe('escucha')
    expect(made?.anchor.runs.reduce((sum, run) => sum + run.length, 0)).toBe(7)
    if (!made) return
    ines.editor.setThreads([thread(made.anchor, { active: true })])
    ines.selects('La ciudad', 0)
    ines.types('Hoy ')
    frame()
    const words = ines.host.querySelector('[data-thread="t1"]')
    expect(words?.textContent).toBe('escucha')
    expect(words?.className).toBe('anno on')
    expect(ines.editor.threadPlaces().get('t1')).toMatchObject({ detached: false, paragraph: made.paragraph })
    ines.selects('escucha')
    ines.types('')
    vi.advanceTimersByTime(200)
    expect(ines.editor.threadPlaces().get('t1')).toEqual({ top: 0, detached: true, paragraph: null })
  })

  test('two comments on the same words each have their own element, and a click names the inner one', () => {
    const ines = desk()
    ines.selects('ciudad')
    const anchor = ines.editor.anchorOfSelection()?.anchor
    if (!anchor) throw new Error('nothing selected')
    ines.editor.setThreads([thread(anchor), thread(anchor, { id: 't2', state: 'resolved' })])
    frame()
    expect([...ines.host.querySelectorAll('[data-thread]')].map((e) => `${e.getAttribute('data-thread')} ${e.className}`).sort()).toEqual(['t1 anno', 't2 anno done'])
  })

  test('who wrote the selected words is told by actor', () => {
    const doc = textOf(LINES, new Random(7))
    const ines = desk(A.load<PaperDoc>(A.save(doc), { actor: 'aa'.repeat(16) }) as unknown as PaperDoc)
    ines.selects('ciudad', 0)
    ines.types('gran ')
    ines.selects('La ', 'La gran ciudad'.length)
    expect(ines.editor.attributionOfSelection()).toEqual([
      { actor: A.getActorId(doc), text: 'La ' },
      { actor: 'aa'.repeat(16), text: 'gran ' },
      { actor: A.getActorId(doc), text: 'ciudad' },
    ])
  })
})

describe("other people's carets", () => {
  test('a caret stands where Samir stands, shows his name for two seconds and follows the words', () => {
    const doc = textOf(LINES, new Random(7))
    const samir = desk(A.load<PaperDoc>(A.save(doc)) as unknown as PaperDoc)
    const ines = desk(doc)
    samir.selects('escucha', 0)
    samir.editor.focus()
    const place = samir.editor.caret()
    expect(place.caret).not.toBeNull()
    ines.editor.setCarets([{ connection: 'c1', name: 'Samir Haddad', component: 'MEWA', hue: 5, ...place }])
    frame()
    const caret = ines.host.querySelector('.caret') as HTMLElement
    expect([...caret.classList]).toEqual(expect.arrayContaining(['caret', 'k5', 'named']))
    expect(caret.dataset.name).toBe('Samir Haddad')
    expect(caret.getAttribute('aria-hidden')).toBe('true')
    expect(caret.textContent).toBe('')
    expect(caret.previousSibling?.textContent).toBe('La ciudad ')
    vi.advanceTimersByTime(2_100)
    expect(caret.classList.contains('named')).toBe(false)
    ines.selects('La ciudad', 0)
    ines.types('Hoy ')
    frame()
    expect(ines.host.querySelector('.caret')?.previousSibling?.textContent).toBe('Hoy La ciudad ')
    ines.editor.setCarets([])
    frame()
    expect(ines.host.querySelector('.caret')).toBeNull()
  })

  test('the news of a caret waits for the letters before it to be written', () => {
    const places: (string | null)[] = []
    const ines = desk(undefined, { onCaret: () => places.push(ines.editor.caret().caret) })
    ines.selects('La ciudad', 0)
    ines.editor.focus()
    places.length = 0
    for (const letter of 'Toda') ines.types(letter)
    expect(places).toHaveLength(0)
    vi.advanceTimersByTime(150)
    expect(places).toHaveLength(1)
    expect(ines.sent).toHaveLength(1)
  })

  test('a cursor that is none places no caret', () => {
    const ines = desk()
    ines.editor.setCarets([{ connection: 'c1', name: 'X', component: 'Y', hue: 1, caret: 'nonsense', anchor: null }])
    frame()
    expect(ines.host.querySelector('.caret')).toBeNull()
  })
})

test('blocks without an editor: the JSON of the service, and elements that look as in the editor', () => {
  const doc = textOf(LINES, new Random(7))
  const blocks = blocksOfText(doc)
  expect(blocks[0]).toMatchObject({ type: 'heading', level: 1, runs: [{ text: 'Acogida', marks: {} }] })
  expect(blocks[1]).toMatchObject({ type: 'paragraph', numbered: true })
  expect(blocks[2]).not.toHaveProperty('numbered')
  expect(blocks[4]).toMatchObject({ type: 'ordered-list-item', depth: 0 })
  const host = document.createElement('div')
  host.append(renderBlocks(blocks, 31))
  const editorHost = desk(doc).host.querySelector('.ProseMirror') as Element
  expect(host.innerHTML).toBe(editorHost.innerHTML)
})

describe('brackets', () => {
  const WORDS = { open: 'Open bracket.', close: 'Close bracket.', stray: 'Open bracket that has no record.' }
  const marked = (words: string, id: string): PaperDoc => {
    const doc = textOf(LINES, new Random(7))
    const start = doc.text.indexOf(words)
    return A.change(doc, (draft) => A.mark(draft, ['text'], { start, end: start + words.length, expand: 'none' }, `bracket:${id}`, true)) as unknown as PaperDoc
  }
  const block = (host: HTMLElement, words: string) => [...host.querySelectorAll('.ProseMirror > *')].find((each) => each.textContent?.includes(words))
  const seen = (element?: Element) => [...(element?.querySelectorAll('.heard') ?? [])].reduce((text, heard) => text.replace(heard.textContent ?? '', ''), element?.textContent ?? '')

  test('REV64: unagreed words stand in brackets that are heard, and the text has no letter more', () => {
    const ines = desk(marked('busca', 'k1'))
    ines.editor.setBrackets([{ id: 'k1', label: 'UCLG Africa wants these words out.', active: false, stray: false }], WORDS)
    expect(seen(block(ines.host, 'busca'))).toBe('Quien llega [busca] un mostrador.')
    expect(block(ines.host, 'busca')?.textContent).toContain('Open bracket. UCLG Africa wants these words out.')
    expect(ines.editor.doc().text).not.toContain('[')
    expect([...ines.editor.bracketTops().keys()]).toEqual(['k1'])
  })

  test('words typed inside belong to the bracket, words typed at its edges do not', () => {
    const ines = desk(marked('busca', 'k1'))
    ines.selects('usca', 0)
    ines.types('X')
    ines.selects(' un mostrador', 0)
    ines.types('Y')
    vi.advanceTimersByTime(200)
    expect(seen(block(ines.host, 'usca'))).toBe('Quien llega [bXusca]Y un mostrador.')
  })

  test('a bracket of nobody does not look like one, and a click names the bracket', () => {
    const ines = desk(marked('busca', 'k1'))
    ines.editor.setBrackets([{ id: 'k1', label: '', active: false, stray: true }], WORDS)
    expect(ines.host.querySelector('.bracket.stray')?.textContent).toContain(WORDS.stray)
  })

  test('REV60: what is copied from a bracket is pasted without one: nobody said that of the copy', () => {
    const ines = desk(marked('busca', 'k1'))
    const view = viewOf(ines.editor)
    ines.selects('busca')
    const { dom } = view.serializeForClipboard(view.state.selection.content())
    expect(dom.textContent).toBe('busca')
    ines.selects('Un párrafo', 0)
    view.pasteHTML(dom.innerHTML, new Event('paste') as ClipboardEvent)
    vi.advanceTimersByTime(200)
    const runs = blocksOfText(ines.editor.doc()).flatMap((each) => each.runs).filter(({ marks }) => marks?.['bracket:k1'])
    expect(runs.map(({ text }) => text)).toEqual(['busca'])
  })

  test('a deletion that is undone brings the words back in their brackets', () => {
    const ines = desk(marked('busca', 'k1'))
    ines.selects('busca')
    ines.types('')
    vi.advanceTimersByTime(200)
    expect(ines.editor.bracketTops().size).toBe(0)
    ines.editor.run('undo')
    expect(seen(block(ines.host, 'busca'))).toBe('Quien llega [busca] un mostrador.')
  })
})
