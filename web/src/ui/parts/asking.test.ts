import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Asking } from './asking'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A page that shows the number of the question whose answer it has, and a server that answers when it is told to. */
function page() {
  const open: (() => void)[] = []
  const seen = { asked: 0, shown: 0 }
  const asking = new Asking(async () => {
    const mine = ++seen.asked
    await new Promise<void>((resolve) => open.push(resolve))
    seen.shown = mine
  })
  const answers = async () => {
    open.shift()?.()
    await vi.advanceTimersByTimeAsync(0)
  }
  return { asking, seen, answers }
}

test('a burst of hints is one question, and one more after a rest', async () => {
  const { asking, seen, answers } = page()
  for (let hint = 0; hint < 100; hint += 1) asking.soon()
  expect(seen.asked).toBe(1)
  await answers()
  expect(seen).toEqual({ asked: 1, shown: 1 })
  await vi.advanceTimersByTimeAsync(400)
  expect(seen.asked).toBe(2)
  await answers()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(seen).toEqual({ asked: 2, shown: 2 })
})

test('after a time of quiet a hint is asked for at once', async () => {
  const { asking, seen, answers } = page()
  asking.soon()
  await answers()
  await vi.advanceTimersByTimeAsync(400)
  asking.soon()
  expect(seen.asked).toBe(2)
})

test('one’s own act does not rest, and waits until the page is as new as the act', async () => {
  const { asking, seen, answers } = page()
  asking.soon() // asked before the act: its answer may be older
  const done = vi.fn()
  void asking.now().then(done)
  await answers()
  expect([seen.asked, done.mock.calls.length]).toEqual([2, 0])
  await answers()
  expect([seen.shown, done.mock.calls.length]).toEqual([2, 1])
})

test('a page that was left asks nothing', async () => {
  const { asking, seen, answers } = page()
  asking.soon()
  asking.soon()
  await answers()
  asking.close()
  asking.soon()
  await asking.now()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(seen.asked).toBe(1)
})
