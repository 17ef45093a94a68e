import { describe, expect, test } from 'vitest'
import { ApiError } from '../../api'
import { Act } from './act.svelte'

const refusal = (status: number, code: string, details = {}) => new ApiError(status, code, 'in short', null, details)
const failing = (error: Error) => () => Promise.reject(error)
const words = (error: unknown) => (error as Error).message

describe('what somebody does by pressing', () => {
  test('pressed twice it is done once, and the second press is no failure', async () => {
    const act = new Act({ words })
    let done = 0
    let finish = () => {}
    const first = act.does(() => new Promise<void>((resolve) => { done++; finish = resolve }))
    expect(act.busy).toBe(true)
    expect(await act.does(async () => void done++)).toBe(false)
    finish()
    expect(await first).toBe(true)
    expect([done, act.busy, act.problem]).toEqual([1, false, null])
  })

  test('what the server refuses is said, with its field, until the next press', async () => {
    const act = new Act({ words })
    expect(await act.does(failing(refusal(422, 'field_invalid', { field: 'closes' })))).toBe(false)
    expect([act.problem, act.field, act.busy]).toEqual(['field_invalid: in short', 'closes', false])
    expect(await act.does(async () => {})).toBe(true)
    expect([act.problem, act.field]).toEqual([null, null])
  })

  test('when somebody else was first, what they did is shown before anything else can be pressed', async () => {
    const seen: string[] = []
    const act: Act = new Act({ words, onstale: async ({ code }) => void seen.push(`${code} ${act.busy}`) })
    await act.does(failing(refusal(412, 'stale_version')))
    await act.does(failing(refusal(422, 'field_invalid')))
    expect(seen).toEqual(['stale_version true'])
  })

  test('a form that shows the other’s words itself needs no others; when it cannot, why is said', async () => {
    const merging = new Act({ words, onstale: async () => true })
    await merging.does(failing(refusal(409, 'stale_version')))
    expect(merging.problem).toBeNull()
    const away = new Act({ words, onstale: failing(refusal(0, 'network_unreachable')) })
    await away.does(failing(refusal(409, 'stale_version')))
    expect(away.problem).toBe('network_unreachable: in short')
  })
})
