/**
 * A Borrador of its own for the tests: the built server with `--demo` on an empty folder, behind a [[Line]] that tests can hold and cut.
 *
 * The pages reach the server by the line's address only, so that what a test does to the line is what a bad network does to people.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import people from '../../../fixtures/demo/people.json'
import { freePort, Line } from './line'

const WEB = fileURLToPath(new URL('../../', import.meta.url))
const START_WITHIN_MS = 30_000

/** One line of the greeting: name, e-mail address, components, link. */
const LINK = /^ {2}(\S.*?) {2,}\S+@\S+ +\S+ +(http\S+)\n/gm

/** Many people sign in from one address here, and one of them exports again and again. */
const SETTINGS = `[limits]
sign_ins_per_minute = 10000
exports_per_minute = 10000
`

export class Service {
  private server: ChildProcess | null = null

  private constructor(
    private readonly folder: string,
    readonly line: Line,
    /** The sign-in link of each person of the demonstration, by name. */
    readonly links = new Map<string, string>(),
  ) {}

  /** Throws, with the command that helps, when something has not been built. */
  static async start(): Promise<Service> {
    const folder = await mkdtemp(path.join(tmpdir(), 'borrador-browser-'))
    await writeFile(path.join(folder, 'settings.toml'), SETTINGS)
    const service = new Service(folder, await Line.open())
    await service.begin()
    return service
  }

  /** Where people find it, without a slash at the end. */
  get url(): string {
    return this.line.url
  }

  /** The process id of the server; changes when it has been started again. */
  get pid(): number | undefined {
    return this.server?.pid
  }

  linkOf(name: string): string {
    const link = this.links.get(name)
    if (!link) throw new Error(`The demonstration knows nobody called ${name}, but ${[...this.links.keys()].join(', ')}.`)
    return link
  }

  /** As if somebody pulled the plug: no word of farewell, and everybody's connection breaks. */
  async crash(): Promise<void> {
    await this.end('SIGKILL')
  }

  /** Starts the server on what it has kept. */
  async begin(): Promise<void> {
    const port = await freePort()
    const server = spawn(serverProgram(), [
      'serve', '--demo', '--data', path.join(this.folder, 'data'), '--config', path.join(this.folder, 'settings.toml'),
      '--listen', `127.0.0.1:${port}`, '--public-url', this.line.url,
    ], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.server = server
    process.once('exit', () => server.kill('SIGKILL'))
    const greeting = await greetingOf(server)
    this.line.leadsTo(port)
    for (const [, name, link] of greeting.matchAll(LINK)) this.links.set(name, link)
  }

  async stop(): Promise<void> {
    await this.end('SIGTERM')
    await this.line.close()
    await rm(this.folder, { recursive: true, force: true })
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const server = this.server
    this.server = null
    if (!server || server.exitCode !== null) return
    const ended = new Promise((resolve) => server.once('exit', resolve))
    server.kill(signal)
    await ended
  }
}

function serverProgram(): string {
  const targets = process.env.CARGO_TARGET_DIR ?? path.join(WEB, '../target')
  const program = process.env.BORRADOR_BIN ?? path.join(targets, 'debug/borrador')
  if (!existsSync(program)) {
    throw new Error(`There is no server at ${program}. Build it with \`cargo build -p borrador -p borrador-pdf\`, or name one in BORRADOR_BIN.`)
  }
  if (!existsSync(path.join(WEB, 'dist/index.html'))) throw new Error('The pages are not built. Run `npm run build` in web/.')
  return program
}

/** What the server prints once people can come: a link for everybody. Rejects with its own words when it ends before. */
function greetingOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let greeting = ''
    let log = ''
    const late = setTimeout(() => reject(new Error(`The server did not start within ${START_WITHIN_MS} ms.\n${log}`)), START_WITHIN_MS)
    server.stdout?.on('data', (words: Buffer) => {
      greeting += words.toString()
      if ([...greeting.matchAll(LINK)].length < people.length) return
      clearTimeout(late)
      resolve(greeting)
    })
    server.stderr?.on('data', (words: Buffer) => (log = (log + words.toString()).slice(-4_000)))
    server.once('error', reject)
    server.once('exit', (code) => reject(new Error(`The server ended with ${code} instead of starting.\n${log}`)))
  })
}
