import { describe, expect, test } from 'vitest'
import { runCampaign, type Campaign } from '../testing/campaign'

/** Seeds per campaign. More by night: `FUZZ_RUNS=500 FUZZ_SEED=1 npm test -- campaign`. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 8)
const FIRST_SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 1_000_000))

const CAMPAIGNS: Record<string, Campaign> = {
  'Inés and Samir': { people: ['Inés', 'Samir'], steps: 200 },
  'Inés, Samir and Adaeze': { people: ['Inés', 'Samir', 'Adaeze'], steps: 200 },
  'three people whose words are written a moment later': { people: ['Inés', 'Samir', 'Adaeze'], steps: 200, writes: 'deferred' },
  'two people with input methods': { people: ['Inés', 'Samir'], steps: 200, composing: true },
  'three people with input methods, deferred': { people: ['Inés', 'Samir', 'Adaeze'], steps: 200, writes: 'deferred', composing: true },
  'two people and a foreign tool': { people: ['Inés', 'Samir'], steps: 200, foreignTool: true },
  'three people, deferred, and a foreign tool': { people: ['Inés', 'Samir', 'Adaeze'], steps: 200, writes: 'deferred', foreignTool: true },
}

describe('the screen says what the text says, whatever people do', () => {
  for (const [who, campaign] of Object.entries(CAMPAIGNS)) {
    test(`${who}, ${RUNS} runs from seed ${FIRST_SEED}`, () => {
      const failures: string[] = []
      for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS && failures.length < 3; seed++) {
        try {
          runCampaign(seed, campaign)
        } catch (error) {
          failures.push((error as Error).message)
        }
      }
      expect(failures).toEqual([])
    }, RUNS * 15_000)
  }
})
