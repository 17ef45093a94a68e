/** Loads the wasm from the installed package: importing this file is enough, before any test touches a document. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { loadAutomerge } from '../text/automerge'

const require = createRequire(import.meta.url)
await loadAutomerge(() => readFile(require.resolve('@automerge/automerge/automerge.wasm')))
