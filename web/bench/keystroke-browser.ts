/**
 * What a keystroke costs in a real Chromium, and how long a chapter takes to open: `npm run bench:keystroke:browser [characters]`.
 *
 * On the built server and pages, with Adaeze alone in a chapter of 15,000 characters. `script`, `style and layout` and `whole` are what the
 * browser itself counted, divided by the keys (`whole` holds painting, and whatever else the page did meanwhile); `on screen` is the
 * time from a key to the next frame, median / 95th percentile. Milliseconds. Judges nothing: compare by ratio, within one run.
 */
import type { Browser, CDPSession, Page } from 'playwright-core'
import { launchChromium } from '../browser/harness/chromium'
import { eventually } from '../browser/harness/eventually'
import { PAPER, Person } from '../browser/harness/person'
import { Service } from '../browser/harness/service'

const SENTENCE = 'La ciudad acoge a quien llega, escucha a quien ya estaba y escribe con ambos lo que piensa hacer mañana. '
const LINES = {
  'fast line': null,
  '1.6 Mbit/s, CPU ÷4': { kilobitsPerSecond: 1_600, latencyMs: 150, slowdown: 4 },
}

export async function main([characters = '15000']: string[]): Promise<void> {
  const [service, browser] = await Promise.all([Service.start(), launchChromium()])
  try {
    await writeChapter(browser, service, Number(characters))
    const keystrokes = await measureKeystrokes(browser, service)
    console.log(`\nA keystroke in ${characters} characters, in ms`)
    console.table(keystrokes)
    console.log('\nFrom navigation to readable and to editable, nothing cached: median of 5, in ms')
    console.table(await measureOpening(browser, service))
  } finally {
    await browser.close()
    await service.stop()
  }
}

/** Puts that many characters in the place of the first chapter of the demonstration. */
async function writeChapter(browser: Browser, service: Service, characters: number): Promise<void> {
  const adaeze = await Person.arrives(browser, service, 'Adaeze Obi')
  const request = adaeze.context.request
  const paper = await (await request.get(`/api/v1${PAPER}`)).json()
  const { id, heads } = paper.chapters[0].texts.es
  const paragraphs = Array.from({ length: Math.ceil(characters / (4 * SENTENCE.length)) }, (_, i) => `${i + 1}. ${SENTENCE.repeat(4).trim()}`)
  const answer = await request.put(`/api/v1/texts/${id}`, {
    data: { base_heads: heads, markdown: `# Capítulo\n\n${paragraphs.join('\n\n')}\n` },
    headers: { origin: service.url },
  })
  if (!answer.ok()) throw new Error(`the chapter was not written: ${await answer.text()}`)
  await adaeze.leaves()
}

// ---- keystrokes

async function measureKeystrokes(browser: Browser, service: Service): Promise<Record<string, Row>> {
  const adaeze = await Person.arrives(browser, service, 'Adaeze Obi')
  await adaeze.opens('1')
  await adaeze.isSaved()
  await adaeze.text.locator('> *').nth(15).click()
  await adaeze.page.evaluate(watchKeys)
  const costs = await adaeze.context.newCDPSession(adaeze.page)
  await costs.send('Performance.enable')
  const measure = (keys: string[]) => measureKeys(adaeze.page, costs, keys)
  await measure([...'calentamos antes de medir '])
  const rows = {
    'words': await measure([...'vivienda escuela ayuntamiento '.repeat(12)]),
    'Enter': await measure(Array.from({ length: 20 }, () => 'Enter')),
    'Backspace': await measure(Array.from({ length: 20 }, () => 'Backspace')),
  }
  await adaeze.leaves()
  return rows
}

type Row = Record<'script' | 'style and layout' | 'whole' | 'on screen', string>

/** One key after the other, each when the one before is on screen. */
async function measureKeys(page: Page, costs: CDPSession, keys: string[]): Promise<Row> {
  const before = await countedBy(costs)
  const shown: number[] = []
  for (const key of keys) {
    await page.keyboard.press(key === ' ' ? 'Space' : key)
    shown.push(...(await eventually(`${key} is on screen`, () => page.evaluate(() => (window as unknown as KeyWatch).takeShown()), (times) => times.length > 0)))
  }
  const after = await countedBy(costs)
  const each = (...names: string[]) => {
    const seconds = names.reduce((sum, name) => sum + (after.get(name) ?? 0) - (before.get(name) ?? 0), 0)
    return ((1_000 * seconds) / keys.length).toFixed(2)
  }
  return {
    script: each('ScriptDuration'),
    'style and layout': each('RecalcStyleDuration', 'LayoutDuration'),
    whole: each('TaskDuration'),
    'on screen': `${quantile(shown, 0.5)} / ${quantile(shown, 0.95)}`,
  }
}

async function countedBy(costs: CDPSession): Promise<Map<string, number>> {
  const { metrics } = await costs.send('Performance.getMetrics')
  return new Map(metrics.map(({ name, value }) => [name, value]))
}

interface KeyWatch {
  /** Milliseconds from each key to its frame, of the keys that have come on screen since it was last asked. */
  takeShown(): number[]
}

/** Runs in the page. */
function watchKeys(): void {
  const shown: number[] = []
  addEventListener('keydown', () => {
    const pressed = performance.now()
    requestAnimationFrame(() => setTimeout(() => shown.push(performance.now() - pressed)))
  }, { capture: true })
  Object.assign(window, { takeShown: () => shown.splice(0) })
}

function quantile(values: number[], at: number): string {
  const sorted = [...values].sort((a, b) => a - b)
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? NaN).toFixed(1)
}

// ---- opening

async function measureOpening(browser: Browser, service: Service): Promise<Record<string, Record<string, string>>> {
  const rows: Record<string, Record<string, string>> = {}
  for (const [name, line] of Object.entries(LINES)) {
    const runs: Opened[] = []
    for (let i = 0; i < 5; i++) runs.push(await openOnce(browser, service, line))
    rows[name] = {
      readable: quantile(runs.map((run) => run.readable), 0.5),
      editable: quantile(runs.map((run) => run.editable), 0.5),
    }
  }
  return rows
}

interface Opened {
  readable: number
  editable: number
}

async function openOnce(browser: Browser, service: Service, line: (typeof LINES)[keyof typeof LINES]): Promise<Opened> {
  const adaeze = await Person.arrives(browser, service, 'Adaeze Obi')
  if (line) {
    const session = await adaeze.context.newCDPSession(adaeze.page)
    await session.send('Network.enable')
    const bytesPerSecond = (line.kilobitsPerSecond * 1_000) / 8
    await session.send('Network.emulateNetworkConditions', {
      offline: false, latency: line.latencyMs, downloadThroughput: bytesPerSecond, uploadThroughput: bytesPerSecond,
    })
    await session.send('Emulation.setCPUThrottlingRate', { rate: line.slowdown })
  }
  await adaeze.page.addInitScript(watchOpening)
  await adaeze.goesTo(`${PAPER}/es/1`)
  await adaeze.page.locator('#text [contenteditable="true"]').waitFor()
  const opened = await adaeze.page.evaluate(() => (window as unknown as { opened: Opened }).opened)
  await adaeze.leaves()
  return opened
}

/** Runs in the page before anything else: notes when the words are first there, and when they can be changed. Milliseconds since navigation. */
function watchOpening(): void {
  const opened = { readable: 0, editable: 0 }
  Object.assign(window, { opened })
  const look = () => {
    if (opened.readable === 0 && document.querySelector('main .text p')) opened.readable = performance.now()
    if (opened.editable === 0 && document.querySelector('#text:not([hidden]) [contenteditable="true"] p')) opened.editable = performance.now()
    if (opened.editable === 0) requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}
