// Runs one TypeScript file in Node through Vite, so that the benchmarks need no compiler of their own:
// `node bench/run.mjs bench/keystroke.ts`.
import { runnerImport } from 'vite'

const [file] = process.argv.slice(2)
if (!file) {
  console.error('usage: node bench/run.mjs FILE.ts')
  process.exit(2)
}
const { module } = await runnerImport(`./${file}`)
await module.main(process.argv.slice(3))
