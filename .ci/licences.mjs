// Licences of the npm packages that the lock file names: every one must be on the list. `cargo deny` does the same for crates.
import { readFileSync } from 'node:fs'

const allowed = new Set([
  'MIT', 'MIT-0', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0', 'CC0-1.0', 'Unlicense', 'Python-2.0',
  // fonts
  'OFL-1.1', 'SIL OFL 1.1',
  // axe-core and the CSS compiler, used by tests and the build, not shipped
  'MPL-2.0', 'CC-BY-4.0',
])

const lock = JSON.parse(readFileSync(new URL('../web/package-lock.json', import.meta.url), 'utf8'))
const wrong = []
let count = 0
for (const [path, entry] of Object.entries(lock.packages)) {
  if (path === '' || entry.link) continue
  count += 1
  const name = path.replace(/^.*node_modules\//, '')
  const licence = entry.license ?? licenceInFolder(path)
  const choices = licence.replace(/[()]/g, '').split(/ OR /)
  const fine = choices.some((choice) => choice.split(/ AND /).every((part) => allowed.has(part.trim())))
  if (!fine) wrong.push(`${name}: ${licence}`)
}

if (wrong.length > 0) {
  console.error(`Packages whose licence is not on the list in .ci/licences.mjs:\n  ${wrong.join('\n  ')}`)
  process.exit(1)
}
console.log(`${count} npm packages, all under licences on the list`)

/** The licence as the installed package states it, for lock entries that leave it out. */
function licenceInFolder(path) {
  try {
    const stated = JSON.parse(readFileSync(new URL(`../web/${path}/package.json`, import.meta.url), 'utf8')).license
    return typeof stated === 'string' ? stated : (stated?.type ?? 'not stated')
  } catch {
    return 'not installed, not stated'
  }
}
