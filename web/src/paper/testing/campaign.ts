/**
 * Random campaigns: people write by chance, meet by chance, and after every step each screen must say what its text says; at the end all
 * must say the same. A failure names its seed, and the seed repeats it: ids, actors and words come from the one generator.
 */
import * as A from '@automerge/automerge/slim'
import { actOf, select } from './acts'
import { foreignToolWrites } from './foreign-tool'
import { describe, people, sends, type Person } from './people'
import { Random } from './random'

export interface Campaign {
  people: string[]
  steps: number
  writes?: 'at once' | 'deferred'
  foreignTool?: boolean
  /** Now and then what arrives is held back for a while, as by an input method. */
  composing?: boolean
}

const START = ['# Título', 'hola mundo', 'N. Quien llega a una ciudad']
/** Longer texts only make the run slow: the interesting collisions are short. */
const LONGEST = 900

export function runCampaign(seed: number, { people: names, steps, writes, foreignTool = false, composing = false }: Campaign): void {
  const random = new Random(seed)
  const all = people(START, names, random, writes)
  const log: string[] = []
  try {
    for (let step = 0; step < steps; step++) {
      const person = random.pick(all)
      if (foreignTool && random.chance(0.15)) {
        log.push(`foreign tool at ${person.name}`)
        foreignToolWrites(person, random)
        person.checks()
      }
      log.push(`${person.name} ${actOf(person, random)}`)
      if (writes === 'deferred') person.shown.check()
      else person.checks()
      if (person.shown.content.size > LONGEST && random.chance(0.2)) trim(person, random, log)
      if (random.chance(0.25)) {
        const [from, to] = [random.pick(all), random.pick(all)]
        if (from !== to) {
          const how = composing && random.chance(0.5) ? 'held' : 'shown'
          log.push(`${from.name} → ${to.name}, ${how}`)
          sends(from, to, how)
        }
      }
    }
    finish(all)
  } catch (error) {
    throw new Error(`seed ${seed}, event ${log.length} [${log.slice(-4).join('; ')}]: ${(error as Error).message}`, { cause: error })
  }
}

function trim(person: Person, random: Random, log: string[]): void {
  const start = random.below(500)
  select(person, start, Math.min(person.shown.content.size, start + 300))
  person.dispatch(person.text.state.tr.deleteSelection())
  log.push(`${person.name} trims`)
}

function finish(all: Person[]): void {
  for (const person of all) person.looks()
  for (let round = 0; round < 2; round++) for (const from of all) for (const to of all) if (from !== to) sends(from, to)
  const [first, ...others] = all
  for (const other of others) {
    if (!other.shown.eq(first.shown)) throw new Error(`${first.name} and ${other.name} differ\n  ${describe(first.shown)}\n  ${describe(other.shown)}`)
    if (A.getHeads(other.text.doc).join() !== A.getHeads(first.text.doc).join()) throw new Error(`${other.name} lacks changes`)
  }
}
