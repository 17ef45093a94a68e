/**
 * Builds the service worker beside the pages: `/sw.js`, one file with a name that stays, which knows by name every file of the
 * shell it is to keep. It is a build of its own, because it may share no chunk with the pages: a worker in one piece runs in every
 * browser, and its bytes change exactly when the shell or the worker does, which is how browsers notice an update.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin, type ResolvedConfig } from 'vite'
import type { Build } from '../src/offline/shell'

const WORKER = fileURLToPath(new URL('../src/offline/worker.ts', import.meta.url))

export function offlineWorker(): Plugin {
  let config: ResolvedConfig
  return {
    name: 'borrador-offline-worker',
    apply: 'build',
    configResolved(resolved) {
      config = resolved
    },
    generateBundle: {
      // The last one, so that the list is whole.
      order: 'post',
      async handler(_, bundle) {
        const page = bundle['index.html']
        if (page?.type !== 'asset') throw new Error('index.html was not built before the service worker')
        const made = Object.keys(bundle).filter((name) => name !== 'index.html' && !name.endsWith('.map'))
        const copied = publicFiles(config.publicDir)
        // Names under assets/ carry their content's hash; the page and the copied files do not.
        const version = createHash('sha256').update([...made].sort().join('\n')).update(page.source)
        for (const name of copied) version.update(readFileSync(path.join(config.publicDir, name)))
        const files = [...made, ...copied].sort().map((name) => `/${name}`)
        this.emitFile({ type: 'asset', fileName: 'sw.js', source: await workerOf({ version: version.digest('hex').slice(0, 16), files }, config) })
      },
    },
  }
}

function publicFiles(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
}

async function workerOf(shell: Build, { build: { target } }: ResolvedConfig): Promise<string> {
  const made = await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    define: { BUILD: JSON.stringify(shell) },
    build: { write: false, target, rolldownOptions: { input: WORKER, output: { format: 'iife' } } },
  })
  const [file, ...more] = Array.isArray(made) ? made.flatMap(({ output }) => output) : 'output' in made ? made.output : []
  if (file?.type !== 'chunk' || more.length > 0) throw new Error('the service worker must be one file')
  return file.code
}
