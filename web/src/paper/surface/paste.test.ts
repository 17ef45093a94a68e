// @vitest-environment jsdom
/** Samples made by hand in the shape these programs give; `fixtures` of real clipboards will join them. */
import { describe, expect, test } from 'vitest'
import { Slice, type Node } from 'prosemirror-model'
import { select } from '../testing/acts'
import { people, type Person } from '../testing/people'
import { blocksOfDom, ClipboardReader, copiedCells, pasteSpecially } from './paste'
import { insertTable, nextCell } from './tables'

function pasted(html: string): string[] {
  const page = new DOMParser().parseFromString(html, 'text/html')
  return blocksOfDom(page.body).map(lineOf)
}

/** Pastes where Inés stands. */
function pastes(ines: Person, html: string): void {
  const page = new DOMParser().parseFromString(html, 'text/html')
  const slice = new ClipboardReader().parseSlice(page.body)
  ines.dispatch(pasteSpecially(ines.text.state, slice) ?? ines.text.state.tr.replaceSelection(slice))
  ines.checks()
}

const SIGN: Record<string, string> = { strong: '*', em: '_', superscript: '^', subscript: '~' }

function lineOf(node: Node): string {
  const words = node.children
    .map((child) => {
      const link = child.marks.find((mark) => mark.type.name === 'link')
      const signs = child.marks.map((mark) => SIGN[mark.type.name] ?? '').join('')
      const text = `${signs}${child.text}${[...signs].reverse().join('')}`
      return link ? `[${text}](${link.attrs.href})` : text
    })
    .join('')
  const { level, depth, numbered } = node.attrs
  const before: Record<string, string> = { heading: '#'.repeat(level), quote: '>', ordered: `${'  '.repeat(depth)}1)`, unordered: `${'  '.repeat(depth)}-` }
  const sign = numbered ? 'N.' : before[node.type.name]
  return sign ? `${sign} ${words}` : words
}

const WORD = `<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{margin:0}</style><meta name=Generator content="Microsoft Word 15"></head><body lang=ES>
<!--StartFragment-->
<h1><b><span lang=ES style='font-family:"Calibri Light"'>La acogida<o:p></o:p></span></b></h1>
<p class=MsoNormal><span lang=ES>Quien llega a una <b>ciudad</b> busca un
<i>mostrador</i>.<o:p></o:p></span></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span style='font-family:Symbol;mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span><![endif]><span lang=ES>vivienda</span></p>
<p class=MsoListParagraphCxSpMiddle style='margin-left:72.0pt;mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>o<span>&nbsp; </span></span>alquiler</p>
<p class=MsoListParagraphCxSpLast style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>1.<span>&nbsp; </span></span>empleo</p>
<p class=MsoNormal>El plan <del cite="mailto:x" datetime="2016-09-01"><span style='text-decoration:line-through'>viejo</span></del><ins>nuevo</ins>.</p>
<p class=MsoNormal><span style='display:none;mso-hide:all'>oculto</span><a href="javascript:alert(1)">malo</a> y <a href="https://www.uclg.org/">bueno</a><img src="file:///C:/x.png"></p>
<table><tr><td><p class=MsoNormal>celda uno</p></td><td><p class=MsoNormal>celda dos</p></td></tr></table>
<!--EndFragment--></body></html>`

const GOOGLE_DOCS = `<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1234"><h2 dir="ltr"><span style="font-size:16pt;font-weight:400;">Acogida</span></h2>
<p dir="ltr" style="line-height:1.38"><span style="font-weight:400">Quien llega a una </span><span style="font-weight:700">ciudad</span><span style="font-weight:400;font-style:italic"> nueva</span><span style="vertical-align:super">1</span></p><br />
<ul style="padding-inline-start:48px"><li dir="ltr" aria-level="1"><p dir="ltr" role="presentation"><span>vivienda</span></p></li><ul><li dir="ltr" aria-level="2"><p role="presentation"><span>alquiler</span></p></li></ul><li><p><span>empleo</span></p></li></ul>
<ol><li><p>uno</p></li></ol><p><a href="https://www.icmpd.org/"><span style="text-decoration:underline;color:#1155cc">ICMPD</span></a></p></b>`

const LIBREOFFICE = `<html><body><p style="margin-bottom: 0cm">Una l&iacute;nea<br>
y otra</p><ol><li><p>uno</p><ul><li><p>dentro</p></li></ul></li><li><p>dos</p><p>sigue</p></li></ol><blockquote>cita</blockquote></body></html>`

describe('paste', () => {
  test('from Word: lists, bold and italic are right; deletions, hidden words, pictures and bad links go', () => {
    expect(pasted(WORD)).toEqual([
      '## La acogida',
      'Quien llega a una *ciudad* busca un _mostrador_.',
      '- vivienda',
      '  - alquiler',
      '1) empleo',
      'El plan nuevo.',
      'malo y [bueno](https://www.uclg.org/)',
      'celda uno',
      'celda dos',
    ])
  })

  test('from Google Docs: the outer <b> is not bold, styles are', () => {
    expect(pasted(GOOGLE_DOCS)).toEqual([
      '## Acogida',
      'Quien llega a una *ciudad*_ nueva_^1^',
      '- vivienda',
      '  - alquiler',
      '- empleo',
      '1) uno',
      '[ICMPD](https://www.icmpd.org/)',
    ])
  })

  test('from LibreOffice: nested lists, line breaks and a second paragraph in an item', () => {
    expect(pasted(LIBREOFFICE)).toEqual(['Una línea', 'y otra', '1) uno', '  - dentro', '1) dos', 'sigue', '> cita'])
  })

  test('hostile markup leaves words or nothing', () => {
    expect(pasted('<script>x()</script><svg onload="x()"><text>s</text></svg><p onclick="x()">hola <a href="jav&#x09;ascript:x()">aquí</a><iframe src="//evil"></iframe></p><style>p{}</style>')).toEqual(['hola aquí'])
  })

  test('plain text is a paragraph per line, spaces kept', () => {
    const page = new DOMParser().parseFromString('<p>uno  dos</p><p>  tres</p>', 'text/html')
    const slice = new ClipboardReader().parseSlice(page.body, { preserveWhitespace: true })
    expect(slice.content.content.map((node) => node.textContent)).toEqual(['uno  dos', '  tres'])
    expect([slice.openStart, slice.openEnd]).toEqual([1, 1])
  })

  test('our own clipboard keeps numbers, depth and languages, and brings no ids', () => {
    const own = '<p class="numbered" data-id="0123456789abcdef" data-pm-slice="1 1 []">Quien <span lang="fr">arrive</span></p><ul class="d2" data-id="0123456789abcdee"><li>dentro</li></ul>'
    expect(pasted(own)).toEqual(['N. Quien arrive', '    - dentro'])
    const page = new DOMParser().parseFromString(own, 'text/html')
    expect(blocksOfDom(page.body).map((node) => node.attrs.id)).toEqual([null, null])
    expect(blocksOfDom(page.body)[0].child(1).marks[0].attrs.code).toBe('fr')
  })

  test('blocks pasted before the first word of a paragraph leave it its id and its kind', () => {
    const [ines] = people(['# Título', 'N. Quien llega'], ['Inés'])
    const id = ines.ids()[1]
    pastes(ines.at('Quien'), '<p>uno</p><ul><li>dos</li></ul>')
    expect(ines.lines()).toEqual(['# Título', 'uno', '- dos', 'N. Quien llega'])
    expect(ines.ids()[3]).toBe(id)
  })

  test('blocks pasted in the middle of a paragraph do not make a list item of its rest', () => {
    const [ines] = people(['# Título', 'Quien llega'], ['Inés'])
    pastes(ines.at('llega'), '<p>uno</p><ul><li>dos</li></ul>')
    expect(ines.lines()).toEqual(['# Título', 'Quien uno', '- dos', 'llega'])
  })

  test('in the title only words are pasted', () => {
    const [ines] = people(['# Título'], ['Inés'])
    pastes(ines.at('Título'), '<h2>uno</h2><p>dos</p>')
    expect(ines.lines()).toEqual(['# uno dosTítulo'])
  })

  test('a page of nested sections and an empty clipboard', () => {
    expect(pasted('<div><section><div>uno</div>dos<div><div>tres</div></div></section></div>')).toEqual(['uno', 'dos', 'tres'])
    expect(pasted('<p> </p><div></div>')).toEqual([])
  })
})

const WORD_TABLE = `<html xmlns:o="urn:schemas-microsoft-com:office:office"><body lang=ES><!--StartFragment-->
<p class=MsoNormal>Antes</p>
<table class=MsoTableGrid border=1><tr><td><p class=MsoNormal><b>Ciudad</b><o:p></o:p></p></td><td><p>A&ntilde;o</p></td></tr>
<tr><td rowspan=2><p>T&uacute;nez</p></td><td><p>2015</p><p>y 2016</p></td></tr><tr><td><p>2017</p></td></tr>
<tr><td colspan=2><p>Total</p></td></tr></table>
<p class=MsoNormal>Despu&eacute;s</p><!--EndFragment--></body></html>`

describe('tables and pictures', () => {
  const table = (ines: Person) => ines.lines().filter((line) => line.startsWith('|')).join('\n')

  test("Word's table keeps its rows and columns; of merged cells the first has the words, and a cell is one paragraph", () => {
    const [ines] = people(['# Título', 'hola', 'fin'], ['Inés'])
    pastes(ines.at('hola', 4), WORD_TABLE)
    expect(ines.lines()).toEqual(['# Título', 'holaAntes', '|Ciudad|Año|\n|Túnez|2015 y 2016|\n||2017|\n|Total||', 'Después', 'fin'])
  })

  test('a head on a page of the web is a head here, and a table that only lays out a page is none', () => {
    const [ines] = people(['# Título', 'hola'], ['Inés'])
    pastes(ines.at('hola', 4), '<table><thead><tr><th>Ciudad</th><th>Año</th></tr></thead><tbody><tr><td>Lyon</td><td>2016</td></tr></tbody></table>')
    expect(table(ines)).toBe('|#Ciudad|#Año|\n|Lyon|2016|')
    expect(pasted('<table><tr><td><p>Una</p><p>Otra</p></td></tr></table>')).toEqual(['Una', 'Otra'])
    expect(pasted(`<table>${'<tr><td>x</td><td>y</td></tr>'.repeat(400)}</table>`)).toHaveLength(800)
  })

  test('in a cell, a table fills the cells from there and adds what is missing; other blocks become one line', () => {
    const [ines] = people(['# Título', 'hola', 'fin'], ['Inés'])
    ines.at('hola', 4).does(insertTable(2, 2))
    ines.types('Ciudad').does(nextCell)
    ines.types('Año').does(nextCell)
    ines.types('Túnez')
    pastes(ines.at('Año'), '<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr><tr><td>e</td><td>f</td></tr></table>')
    expect(table(ines)).toBe('|#Ciudad|#a|#b|\n|Túnez|c|d|\n||e|f|')
    pastes(ines.at('Túnez', 5), '<p>uno</p><ul><li>dos</li></ul>')
    expect(table(ines)).toContain('|Túnezuno dos|c|d|')
  })

  test('what is copied of our own cells is a table again, and the words of one cell are words', () => {
    const [ines] = people(['# Título', 'hola', 'fin'], ['Inés'])
    ines.at('hola', 4).does(insertTable(2, 2))
    for (const word of ['Ciudad', 'Año', 'Túnez']) ines.types(word).does(nextCell)
    ines.types('2015')
    select(ines, ines.positionOfWord('Ciudad'), ines.positionOfWord('2015') + 4)
    const cells = copiedCells(ines.text.state)
    ines.selects('Túnez')
    const words = copiedCells(ines.text.state)
    select(ines, ines.positionOfWord('fin') + 3, ines.positionOfWord('fin') + 3)
    ines.dispatch(ines.text.state.tr.replaceSelection(cells ?? Slice.empty))
    expect(ines.lines().filter((line) => line.startsWith('|'))).toEqual(['|#Ciudad|#Año|\n|Túnez|2015|', '|#Ciudad|#Año|\n|Túnez|2015|'])
    ines.at('hola').dispatch(ines.text.state.tr.replaceSelection(words ?? Slice.empty))
    expect(ines.lines()[1]).toBe('Túnezhola')
    ines.checks()
  })

  test('a picture of ours comes with its description, one from elsewhere does not', () => {
    const blob = 'ab'.repeat(32)
    const own = `<figure data-pm-slice="0 0 []"><div class="picture" data-credit="CGLU"><img src="https://borrador.example/api/v1/blobs/${blob}" alt="Una plaza"></div><figcaption>La plaza</figcaption></figure>`
    const page = new DOMParser().parseFromString(own, 'text/html')
    const [picture] = blocksOfDom(page.body)
    expect(picture.type.name).toBe('image')
    expect(picture.attrs).toMatchObject({ blob, alt: 'Una plaza', credit: 'CGLU' })
    expect(pasted('<figure><img src="https://example.org/a.png" alt="x"><figcaption>La plaza</figcaption></figure>')).toEqual(['La plaza'])
  })

  test('notes and citations of ours are notes and citations again; elsewhere the same classes mean nothing', () => {
    const html = (own: string) => `<p ${own}>Así<span class="note" data-note="f000000000000001">véase <cite data-source="5000000000000001">CGLU 2013</cite></span></p>`
    const marks = (own: string) => {
      const [block] = blocksOfDom(new DOMParser().parseFromString(html(own), 'text/html').body)
      return block.children.map((node) => node.marks.map((mark) => `${mark.type.name}:${mark.attrs.id ?? ''}`).join(' '))
    }
    expect(marks('data-pm-slice="1 1 []"')).toEqual(['', 'footnote:f000000000000001', 'footnote:f000000000000001 citation:5000000000000001'])
    expect(marks('')).toEqual(['', 'em:'])
  })
})
