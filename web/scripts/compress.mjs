// Compressed twins of what the build made, for the server to send as they are. Brotli at its best saves a third of the engine's
// bytes over gzip on a first visit, and costs the build some seconds once. Fonts in woff2 are compressed already.
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const dist = new URL('../dist/', import.meta.url).pathname
const worthwhile = /\.(js|css|html|wasm|svg|json|txt|webmanifest)$/
const smallest = 1024

const compress = {
  br: (bytes) =>
    promisify(brotliCompress)(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
  gz: (bytes) => promisify(gzip)(bytes, { level: 9 }),
}

let before = 0
let after = 0
for (const name of await readdir(dist, { recursive: true })) {
  const path = join(dist, name)
  if (!worthwhile.test(name) || (await stat(path)).size < smallest) continue
  const bytes = await readFile(path)
  const twins = await Promise.all(Object.entries(compress).map(async ([ending, pack]) => [ending, await pack(bytes)]))
  for (const [ending, packed] of twins) await writeFile(`${path}.${ending}`, packed)
  before += bytes.length
  after += twins[0][1].length
}
console.log(`compressed ${Math.round(before / 1024)} kB to ${Math.round(after / 1024)} kB (brotli)`)
