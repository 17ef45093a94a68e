// Checks fixtures/messages/*.ftl and writes web/src/i18n/ids.ts, the union of message ids.
//
//   node scripts/messages.mjs            writes ids.ts when it changed
//   node scripts/messages.mjs --check    writes nothing; fails when ids.ts is not up to date
//
// Fails when a file has a line Fluent cannot read, a language lacks a message, or two languages give one message
// different arguments: `{ $time }` here and `{ $when }` there shows as a hole in the sentence.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { FluentResource } from '@fluent/bundle'

const folder = new URL('../../fixtures/messages/', import.meta.url)
const target = fileURLToPath(new URL('../src/i18n/ids.ts', import.meta.url))

/** id → names of its arguments, sorted. */
function messagesOf(source) {
  const messages = new Map()
  for (const { id, value } of new FluentResource(source).body) {
    if (!id.startsWith('-')) messages.set(id, [...argumentsOf(value)].sort().join(' '))
  }
  return messages
}

function argumentsOf(node, found = new Set()) {
  if (node === null || typeof node !== 'object') return found
  if (node.type === 'var') found.add(`$${node.name}`)
  for (const child of Object.values(node)) argumentsOf(child, found)
  return found
}

/** Lines that begin a message but did not come out of the parser, and ids that stand twice. */
function faultsOf(language, source, messages) {
  const begun = [...source.matchAll(/^([a-zA-Z][\w-]*) *=/gm)].map(([, id]) => id)
  const unread = begun.filter(id => !messages.has(id)).map(id => `${language}.ftl: cannot read \`${id}\``)
  const doubled = begun.filter((id, at) => begun.indexOf(id) !== at).map(id => `${language}.ftl: \`${id}\` stands twice`)
  const junk = source.split('\n').flatMap((line, at) =>
    /^(#|\s|$|-?[a-zA-Z][\w-]* *=|\})/.test(line) ? [] : [`${language}.ftl:${at + 1}: cannot read \`${line}\``])
  return [...unread, ...doubled, ...junk]
}

const languages = readdirSync(folder).filter(name => name.endsWith('.ftl')).map(name => name.slice(0, -4)).sort()
const faults = []
const all = new Map()
for (const language of languages) {
  const source = readFileSync(new URL(`${language}.ftl`, folder), 'utf8')
  const messages = messagesOf(source)
  faults.push(...faultsOf(language, source, messages))
  all.set(language, messages)
}
const ids = [...new Set([...all.values()].flatMap(messages => [...messages.keys()]))].sort()
for (const id of ids) {
  const lacking = languages.filter(language => !all.get(language).has(id))
  if (lacking.length > 0) faults.push(`\`${id}\` is missing in ${lacking.join(', ')}`)
  const forms = new Set(languages.filter(language => all.get(language).has(id)).map(language => all.get(language).get(id)))
  if (forms.size > 1) faults.push(`\`${id}\` has other arguments in each language: ${[...forms].map(form => form || 'none').join(' / ')}`)
}

const written = `// Written by scripts/messages.mjs from fixtures/messages. Change the messages there.\nexport type MessageId =\n${ids.map(id => `  | '${id}'`).join('\n')}\n`
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== written) faults.push('src/i18n/ids.ts is not up to date: run `node scripts/messages.mjs`')
} else if (faults.length === 0) {
  writeFileSync(target, written)
}
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exit(1)
