/**
 * What a matrix of 30,000 rows costs in a real Chromium: `npm run bench:matrix:browser [rows]`.
 *
 * On the release build of `tests/load/matrix.rs`, which makes the rows and serves the pages. Nadia opens the matrix (five times, the
 * first one apart), narrows it with a filter and with words, and scrolls through it with the wheel for five seconds. Milliseconds; `longest task` is the
 * longest stretch in which the page could not answer, and `frames late` the share of frames that took more than 25 ms. Judges nothing:
 * compare by ratio, within one run.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from '../browser/harness/chromium'
import { DESK } from '../browser/harness/person'

const PROGRAM = process.env.MATRIX_BIN ?? fileURLToPath(new URL('../../target/release/matrix', import.meta.url))
const MATRIX = '/p/bench/matrix'
const TIMES = 5

export async function main([rows = '30000']: string[]): Promise<void> {
  const service = spawn(PROGRAM, ['--rows', rows, '--serve'], { stdio: ['pipe', 'pipe', 'inherit'] })
  process.once('exit', () => service.kill('SIGKILL'))
  const [link, browser] = await Promise.all([linkOf(service), launchChromium()])
  try {
    const page = await signedIn(browser, link)
    console.log(`\nA matrix of ${rows} rows, in ms`)
    console.table({ ...(await opening(page)), ...(await narrowing(page)), ...(await scrolling(page)) })
  } finally {
    await browser.close()
    service.stdin?.end()
  }
}

/** The program says it on a line of its own, once the rows are there. */
async function linkOf(service: ChildProcess): Promise<URL> {
  for await (const line of createInterface({ input: service.stdout! })) {
    if (line.startsWith('http')) return new URL(line)
  }
  throw new Error(`${PROGRAM} ended before it served; build it with \`cargo build --release -p borrador-tests --bin matrix\``)
}

async function signedIn(browser: Browser, link: URL): Promise<Page> {
  const context = await browser.newContext({ baseURL: link.origin, locale: 'en-GB', viewport: DESK, serviceWorkers: 'block' })
  const answer = await context.request.post('/api/v1/sign-in', { data: { token: link.hash.slice(1) }, headers: { origin: link.origin } })
  if (!answer.ok()) throw new Error(`nobody was signed in: ${await answer.text()}`)
  const page = await context.newPage()
  await page.addInitScript(watch)
  return page
}

type Row = Record<string, string>

async function opening(page: Page): Promise<Record<string, Row>> {
  const shown: number[] = []
  const longest: number[] = []
  for (let n = 0; n <= TIMES; n += 1) {
    await page.goto(MATRIX)
    await page.locator('.canvas [data-row] .says').first().waitFor()
    shown.push(await page.evaluate(() => performance.now()))
    longest.push(await longestTask(page))
  }
  const again = (values: number[]) => middle(values.slice(1))
  return {
    'first rows, the first time': { time: shown[0].toFixed(0), 'longest task': longest[0].toFixed(0) },
    'first rows': { time: again(shown), 'longest task': again(longest) },
  }
}

/** From the choice to the frame with the rows that are left. */
async function narrowing(page: Page): Promise<Record<string, Row>> {
  const rows: Record<string, Row> = {}
  const kinds = page.getByRole('combobox', { name: 'Kind', exact: true })
  const status = page.locator('.matrix-acts [role="status"]').first()
  const measure = async (name: string, act: () => Promise<unknown>) => {
    const times: number[] = []
    await longestTask(page)
    for (let n = 0; n < TIMES; n += 1) {
      const before = await status.textContent()
      const began = await page.evaluate(() => performance.now())
      await act()
      await page.waitForFunction((words) => document.querySelector('.matrix-acts [role="status"]')?.textContent !== words, before)
      times.push((await page.evaluate(() => performance.now())) - began)
    }
    rows[name] = { time: middle(times), 'longest task': (await longestTask(page)).toFixed(0) }
  }
  // Amendments, editorial, general, evidence, all.
  const choices = [6, 3, 1, 5, 0]
  let turn = 0
  await measure('a filter', () => kinds.selectOption({ index: choices[turn++ % choices.length] }))
  await measure('words, looked for by the server', () => page.getByRole('searchbox').fill(turn++ % 2 === 0 ? '' : 'que la ley diga'))
  return rows
}

async function scrolling(page: Page): Promise<Record<string, Row>> {
  await page.goto(MATRIX)
  await page.locator('.canvas [data-row] .says').first().waitFor()
  await page.locator('.rows').hover()
  await page.evaluate(() => (window as unknown as Watch).takeFrames())
  await longestTask(page)
  for (let n = 0; n < 100; n += 1) {
    await page.mouse.wheel(0, 600)
    await page.evaluate(() => new Promise(requestAnimationFrame))
  }
  const frames = await page.evaluate(() => (window as unknown as Watch).takeFrames())
  const late = frames.filter((frame) => frame > 25).length / frames.length
  return {
    'scrolled by 60,000 pixels, each frame': {
      time: middle(frames), 'longest task': (await longestTask(page)).toFixed(0), 'frames late': `${(100 * late).toFixed(0)} %`,
    },
  }
}

interface Watch {
  /** The longest task since it was last asked. */
  takeLongest(): number
  /** Milliseconds between frames since it was last asked. */
  takeFrames(): number[]
}

const longestTask = (page: Page): Promise<number> => page.evaluate(() => (window as unknown as Watch).takeLongest())

/** Runs in the page before anything else. Tasks of less than 50 ms are no long tasks and count as 0. */
function watch(): void {
  let longest = 0
  const frames: number[] = []
  new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => (longest = Math.max(longest, duration)))).observe({ type: 'longtask', buffered: true })
  let last = performance.now()
  const frame = (now: number) => {
    frames.push(now - last)
    last = now
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
  Object.assign(window, {
    takeLongest: () => [longest, (longest = 0)][0],
    takeFrames: () => frames.splice(0),
  })
}

function middle(values: number[]): string {
  const sorted = [...values].sort((a, b) => a - b)
  return (sorted[Math.floor(sorted.length / 2)] ?? NaN).toFixed(0)
}
