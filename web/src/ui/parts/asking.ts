/**
 * One question at a time: what many hints ask for is asked once, and once more when a hint came meanwhile, so that the last answer is
 * newer than the last hint.
 */
export function oneAtATime(ask: () => Promise<void>): () => Promise<void> {
  let asking: Promise<void> | null = null
  let again = false
  const untilFresh = async () => {
    do {
      again = false
      await ask()
    } while (again)
  }
  return () => {
    if (asking) again = true
    else asking = untilFresh().finally(() => (asking = null))
    return asking
  }
}
