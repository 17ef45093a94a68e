import { expect, test } from 'vitest'
import { oneAtATime } from './asking'

test('what many ask for at once is asked once, and once more for those who came meanwhile', async () => {
  const waiting: (() => void)[] = []
  let asked = 0
  const ask = oneAtATime(() => {
    asked++
    return new Promise<void>((answered) => waiting.push(answered))
  })
  const first = ask()
  const others = [ask(), ask()]
  expect(asked).toBe(1)
  waiting.shift()?.()
  await expect.poll(() => asked).toBe(2)
  waiting.shift()?.()
  await Promise.all([first, ...others])
  expect(asked).toBe(2)
  const later = ask()
  expect(asked).toBe(3)
  waiting.shift()?.()
  await later
})
