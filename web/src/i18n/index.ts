/**
 * Words people read. They stand in `fixtures/messages/*.ftl` (Fluent), which the server uses too; only the chosen
 * language travels. `t` takes an id of the union in `ids.ts`, which `scripts/messages.mjs` writes from those files.
 *
 *     await useLanguage('es')
 *     t('save-saved-at', { time: formatTime(state.savedAt) })
 *
 * What is not known here: Svelte. A page that shows words listens with `onLanguage` and draws itself again.
 */
import { FluentBundle, FluentResource } from '@fluent/bundle'
import type { MessageId } from './ids'

export type { MessageId }
export type Language = 'es' | 'en'
/** Numbers are formatted by the language's rules; strings are shown as they are. */
export type MessageArguments = Record<string, string | number>

/** In the order in which a menu offers them. */
export const LANGUAGES: readonly Language[] = ['es', 'en']

const FILES: Record<Language, () => Promise<{ default: string }>> = {
  es: () => import('../../../fixtures/messages/es.ftl?raw'),
  en: () => import('../../../fixtures/messages/en.ftl?raw'),
}

let current: { language: Language; bundle: FluentBundle } | null = null
const listeners = new Set<(language: Language) => void>()

/** Loads a language and speaks it from then on. Rejects when its file cannot be fetched; the language before stays. */
export async function useLanguage(language: Language): Promise<void> {
  const { default: source } = await FILES[language]()
  current = { language, bundle: bundleOf(language, source) }
  for (const listener of listeners) listener(language)
}

/** The language spoken now. Throws before the first `useLanguage`. */
export function language(): Language {
  return spoken().language
}

/** Calls after each change of language, until the returned function is called. */
export function onLanguage(listener: (language: Language) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The first of the reader's languages that we speak, else Spanish, in which the paper is drafted. */
export function preferredLanguage(wanted: readonly string[]): Language {
  const codes = wanted.map(tag => tag.toLowerCase().split('-')[0])
  return codes.map(code => LANGUAGES.find(ours => ours === code)).find(found => found !== undefined) ?? 'es'
}

/** The words of a message. */
export function t(id: MessageId, args: MessageArguments = {}): string {
  const formatted = format(id, args)
  // Every id of the union is in every language, or the build has failed: only a programming error comes here.
  if (formatted === null) throw new Error(`no message \`${id}\` in ${language()}`)
  const { words, problems } = formatted
  if (problems.length > 0) console.warn(`message ${id} (${language()}): ${problems.join('; ')}`)
  return words
}

/** The words of a message that may not be there; `null` without it, or when a value that it names is not among `args`. */
export function said(id: string, args: MessageArguments = {}): string | null {
  const formatted = format(id, args)
  return formatted === null || formatted.problems.length > 0 ? null : formatted.words
}

function format(id: string, args: MessageArguments): { words: string; problems: Error[] } | null {
  const { bundle } = spoken()
  const pattern = bundle.getMessage(id)?.value
  if (pattern === undefined || pattern === null) return null
  const problems: Error[] = []
  return { words: bundle.formatPattern(pattern, isolated(args), problems), problems }
}

/** Is there a message with this id? For words that a newer server may have added. */
export function isMessage(id: string): id is MessageId {
  return spoken().bundle.hasMessage(id)
}

/** For tests and for programs that have the words at hand. */
export function bundleOf(language: string, source: string): FluentBundle {
  // Fluent would wrap every value in isolation marks, which then stand in labels and file names. We wrap those that need it.
  const bundle = new FluentBundle(language, { useIsolating: false })
  const problems = bundle.addResource(new FluentResource(source))
  if (problems.length > 0) throw new Error(`${language}.ftl: ${problems.join('; ')}`)
  return bundle
}

function spoken(): { language: Language; bundle: FluentBundle } {
  if (current === null) throw new Error('no language yet: await useLanguage() first')
  return current
}

const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}]/u
const [FIRST_STRONG_ISOLATE, POP_ISOLATE] = ['\u2068', '\u2069']

/** A name written from right to left must not scramble the sentence around it. */
function isolated(args: MessageArguments): MessageArguments {
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [
    name,
    typeof value === 'string' && RIGHT_TO_LEFT.test(value) ? FIRST_STRONG_ISOLATE + value + POP_ISOLATE : value,
  ]))
}
