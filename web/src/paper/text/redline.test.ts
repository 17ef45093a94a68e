import type { Node } from 'prosemirror-model'
import { TextSelection } from 'prosemirror-state'
import { describe, expect, test } from 'vitest'
import { backspace, commands, enter } from '../surface/commands'
import { actOf } from '../testing/acts'
import { people, type Person } from '../testing/people'
import { Random } from '../testing/random'
import { eachBlock } from './places'
import { countChanges, redline, type Redline } from './redline'

const TEXT = [
  '# Acogida',
  'N. Pedimos a los Estados que reconozcan por ley el papel de los gobiernos locales y que lo tengan en cuenta en sus presupuestos.',
  'N. Cada ciudad abre una ventanilla única.',
  'N. La acogida no termina en la ventanilla.',
]

/** Samir proposes; the text as it was before is the base. */
function proposal(lines = TEXT): { samir: Person; told: () => string[]; found: () => Redline } {
  const [samir] = people(lines, ['Samir'])
  const base = samir.shown
  const found = () => redline(base, samir.shown)
  return { samir, found, told: () => told(samir.shown, found()) }
}

/** A line for each paragraph that is not as it was: `[-gone-]`, `{+new+}`, `<look>`, with `+ ` new, `/ ` split, `~ ` another kind, `- ` gone. */
function told(present: Node, { blocks, gone }: Redline): string[] {
  const lines: string[] = []
  const tellGone = (before: number) => lines.push(...gone.filter((each) => each.before === before).map(({ block }) => `- ${block.textContent}`))
  present.forEach((node, _, index) => {
    tellGone(index)
    const { is, retyped, words } = blocks[index]
    const sign = is === 'fresh' ? '+ ' : is === 'split' ? '/ ' : retyped ? '~ ' : ''
    if (sign || words.length > 0) lines.push(sign + marked(node.textContent, words))
  })
  tellGone(present.childCount)
  return lines
}

function marked(text: string, words: Redline['blocks'][number]['words']): string {
  let line = ''
  let at = 0
  for (const word of words) {
    const from = word.kind === 'deleted' ? word.at : word.from
    line += text.slice(at, from)
    at = from
    if (word.kind === 'deleted') line += `[-${word.words}-]`
    else {
      line += word.kind === 'inserted' ? `{+${text.slice(from, word.to)}+}` : `<${text.slice(from, word.to)}>`
      at = word.to
    }
  }
  return line + text.slice(at)
}

describe('a proposal is shown by the word', () => {
  test('nothing changed, nothing shown', () => {
    const { told, found } = proposal()
    expect(told()).toEqual([])
    expect(countChanges(found())).toBe(0)
  })

  test('words put in, words taken out', () => {
    const { samir, told } = proposal()
    samir.typesBefore('ventanilla única', 'nueva ')
    samir.deletes('no termina')
    expect(told()).toEqual(['Cada ciudad abre una {+nueva +}ventanilla única.', 'La acogida [-no termina-] en la ventanilla.'])
  })

  test('half a word changed is the word changed', () => {
    const { samir, told } = proposal()
    samir.at('ciudad', 6).types('es')
    expect(told()).toEqual(['Cada [-ciudad-]{+ciudades+} abre una ventanilla única.'])
  })

  test('a stretch replaced is one stretch, whatever short words both happen to have', () => {
    const { samir, told } = proposal()
    samir.selects('lo tengan en cuenta en sus presupuestos').types('les transfieran una financiación estable en proporción a la población')
    expect(told()).toEqual([
      'Pedimos a los Estados que reconozcan por ley el papel de los gobiernos locales y que [-lo tengan en cuenta en sus presupuestos-]{+les transfieran una financiación estable en proporción a la población+}.',
    ])
  })

  test('a look changed: the words stay', () => {
    const { samir, told } = proposal()
    samir.selects('ventanilla única').does(commands.strong)
    expect(told()).toEqual(['Cada ciudad abre una <ventanilla única>.'])
  })

  test('an accent put on a letter, an emoji and a vowelled word are words like any', () => {
    const { samir, told } = proposal(['# T', 'la accio\u0301n 👨‍👩‍👧 كِتَاب aquí'])
    samir.selects('كِتَاب').types('مَدينة')
    samir.deletes('👨‍👩‍👧 ')
    expect(told()).toEqual(['la accio\u0301n [-👨‍👩‍👧 كِتَاب-]{+مَدينة+} aquí'])
  })
})

describe('paragraphs', () => {
  test('a new one is new as a whole, and its neighbours are untouched', () => {
    const { samir, told } = proposal()
    samir.at('única.', 6).does(enter)
    samir.types('Quien la atiende habla las lenguas del barrio.')
    expect(told()).toEqual(['+ Quien la atiende habla las lenguas del barrio.'])
  })

  test('one that is gone stands between the others', () => {
    const { samir, told } = proposal()
    samir.deletesBlockOf('Cada ciudad')
    expect(told()).toEqual(['- Cada ciudad abre una ventanilla única.'])
  })

  test('a split and a join do not repeat the words', () => {
    const split = proposal()
    split.samir.at('gobiernos').does(enter)
    expect(split.told()).toEqual(['/ gobiernos locales y que lo tengan en cuenta en sus presupuestos.'])
    const join = proposal()
    join.samir.at('La acogida').does(backspace)
    join.samir.at('La acogida').does(backspace)
    expect(join.told()).toEqual(['Cada ciudad abre una ventanilla única.[-¶ -]La acogida no termina en la ventanilla.'])
  })

  test('a heading made of a paragraph says so, words and all', () => {
    const { samir, told } = proposal()
    samir.at('Cada').does(commands.heading2)
    samir.typesBefore('abre', 'ya ')
    expect(told()).toEqual(['~ Cada ciudad {+ya +}abre una ventanilla única.'])
  })

  test('one that was moved is gone there and new here', () => {
    const { samir, told } = proposal()
    const moved = samir.shown.child(1)
    samir.dispatch(samir.text.state.tr.delete(samir.shown.child(0).nodeSize, samir.shown.child(0).nodeSize + moved.nodeSize))
    samir.dispatch(samir.text.state.tr.insert(samir.shown.content.size, moved))
    expect(told().map((line) => line.slice(0, 9))).toEqual(['- Pedimos', '+ Pedimos'])
  })

  test('two neighbours that share a few words are told apart', () => {
    const { samir, told } = proposal()
    samir.deletesBlockOf('Cada ciudad')
    samir.at('Pedimos', 0)
    samir.dispatch(samir.text.state.tr.setSelection(TextSelection.near(samir.shown.resolve(samir.positionOfWord('presupuestos.') + 13))))
    samir.does(enter)
    samir.types('La ciudad que abre sus puertas gana vecinas, vecinos y futuro.')
    expect(told().sort()).toEqual(['+ La ciudad que abre sus puertas gana vecinas, vecinos y futuro.', '- Cada ciudad abre una ventanilla única.'])
  })
})

test('whatever one does: without what is new and with what is gone, it is the base again', () => {
  const seed = Number(process.env.REDLINE_SEED ?? Date.now() % 1_000_000)
  for (let run = 0; run < 60; run++) {
    const random = new Random(seed + run)
    const [samir] = people(TEXT, ['Samir'], random)
    const base = samir.shown
    for (let step = 0; step < 40; step++) {
      actOf(samir, random)
      const said = `REDLINE_SEED=${seed}, run ${run}, step ${step}`
      const found = redline(base, samir.shown)
      const blocks = blocksOf(samir.shown)
      expect(found.blocks.length, said).toBe(blocks.length)
      expect(lettersOf(withoutTheNew(samir.shown, found)), said).toEqual(lettersOf(blocksOf(base).map(wordsOf).join('')))
      blocks.forEach((node, i) => expectInOrder(found.blocks[i], node.content.size, said))
      expect(countChanges(found) === 0, said).toBe(base.eq(samir.shown) || sameWords(base, samir.shown))
    }
  }
})

function blocksOf(doc: Node): Node[] {
  const blocks: Node[] = []
  eachBlock(doc, (node) => blocks.push(node))
  return blocks
}

const wordsOf = (node: Node): string => node.textContent
/** The letters of a line, in no order: a paragraph that moved is gone there and new here. */
const lettersOf = (line: string): string => [...line.replaceAll('¶ ', '')].sort().join('')

function withoutTheNew(present: Node, { blocks, gone }: Redline): string {
  const kept = blocksOf(present).map((node, i) => {
    if (blocks[i].is === 'fresh') return ''
    const line = marked(node.textContent, blocks[i].words)
    return line.replace(/\{\+.*?\+\}/gs, '').replace(/\[-(.*?)-\]/gs, '$1').replace(/<(.*?)>/gs, '$1')
  })
  return kept.join('') + gone.map(({ block }) => block.textContent).join('')
}

function expectInOrder({ words }: Redline['blocks'][number], size: number, said: string): void {
  let at = 0
  for (const word of words) {
    const [from, to] = word.kind === 'deleted' ? [word.at, word.at] : [word.from, word.to]
    expect(from, said).toBeGreaterThanOrEqual(at)
    expect(to, said).toBeLessThanOrEqual(size)
    at = to
  }
}

/** The tie of a translation to what it renders, and the ids of columns, are no change for the eye. */
function sameWords(a: Node, b: Node): boolean {
  const unseen = new Set(['renders', 'rendersSha256', 'column', 'ghost'])
  const seen = (doc: Node) => JSON.stringify(blocksOf(doc).map((block) => block.toJSON()), (name, value) => (unseen.has(name) ? undefined : value))
  return seen(a) === seen(b)
}
