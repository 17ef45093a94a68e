import { IDBFactory } from 'fake-indexeddb'
import { describe, expect, test } from 'vitest'
import * as A from '@automerge/automerge/slim'
import { joined } from './replica'
import { openStore, StartedAgain } from './storage'
import type { TextStore } from './storage'
import { MemoryDevice } from './testing/memorystore'
import { edited, seeded } from './testing/texts'

const CHAPTER = 'chapter'
const rescue = { text: CHAPTER, at: 5, file: '{"written":["x"]}' }

/** A device for a seat: each call opens another window's store on it. */
const devices: Record<string, () => () => Promise<TextStore>> = {
  'in IndexedDB': () => {
    const factory = new IDBFactory()
    const drawer = memoryDrawer()
    return () => openStore('seat-of-inés', factory, drawer)
  },
  'in memory': () => {
    const device = new MemoryDevice()
    return async () => device.open()
  },
}

/** `localStorage`, as far as it is used: its entries are properties, its methods are not. */
class MemoryDrawer {
  setItem(key: string, value: string): void {
    Object.assign(this, { [key]: value })
  }
  getItem(key: string): string | null {
    return (this as unknown as Record<string, string>)[key] ?? null
  }
  removeItem(key: string): void {
    Reflect.deleteProperty(this, key)
  }
}

const memoryDrawer = () => new MemoryDrawer() as unknown as Storage

function loaded(chunks: Uint8Array[]): string {
  return A.load<{ text: string }>(joined(chunks), { allowMissingChanges: true }).text
}

describe.each(Object.entries(devices))('a store %s', (_, device) => {
  test('has nothing of a text that was never open', async () => {
    expect(await (await device()()).open(CHAPTER)).toEqual({ epoch: 0, chunks: [], serverHeads: [] })
  })

  test('gives back what was appended, in order, with the server’s heads', async () => {
    const store = await device()()
    const doc = seeded('Las ciudades.')
    const { change } = edited(doc, 0, 0, '¡')
    await store.append(CHAPTER, 0, [A.save(doc)], A.getHeads(doc))
    await store.append(CHAPTER, 0, [change], A.getHeads(doc))
    const stored = await store.open(CHAPTER)
    expect([loaded(stored.chunks), stored.serverHeads, stored.epoch]).toEqual(['¡Las ciudades.', A.getHeads(doc), 0])
  })

  test('names the texts of which it has anything', async () => {
    const store = await device()()
    await store.append(CHAPTER, 0, [A.save(seeded('Las ciudades.'))], [])
    expect(await store.texts()).toEqual([CHAPTER])
  })

  test('takes what two windows append, also the same change twice', async () => {
    const open = device()
    const [first, second] = [await open(), await open()]
    const doc = seeded('Las ciudades.')
    const { change: fromFirst } = edited(A.clone(doc), 0, 0, 'uno ')
    const { change: fromSecond } = edited(A.clone(doc), 0, 0, 'dos ')
    await first.append(CHAPTER, 0, [A.save(doc)], [])
    await Promise.all([
      first.append(CHAPTER, 0, [fromFirst], []), second.append(CHAPTER, 0, [fromSecond], []),
      first.append(CHAPTER, 0, [fromSecond], []), second.append(CHAPTER, 0, [fromFirst], []),
    ])
    expect(loaded((await first.open(CHAPTER)).chunks)).toHaveLength('uno dos Las ciudades.'.length)
  })

  test('gives back what was kept at once by a window that went away, to the next window, for this epoch only', async () => {
    const open = device()
    const [first, second] = [await open(), await open()]
    const doc = seeded('Las ciudades.')
    await first.append(CHAPTER, 0, [A.save(doc)], A.getHeads(doc))
    first.appendAtOnce(CHAPTER, 0, [edited(A.clone(doc), 0, 0, 'uno ').change])
    second.appendAtOnce(CHAPTER, 0, [edited(A.clone(doc), 0, 0, 'dos ').change])
    const stored = await (await open()).open(CHAPTER)
    expect([loaded(stored.chunks).length, stored.serverHeads]).toEqual(['uno dos Las ciudades.'.length, A.getHeads(doc)])
    expect(loaded((await (await open()).open(CHAPTER)).chunks)).toBe(loaded(stored.chunks))
    first.appendAtOnce(CHAPTER, 0, [edited(A.clone(doc), 0, 0, 'viejo ').change])
    await second.startAgain(CHAPTER, rescue)
    expect(await (await open()).open(CHAPTER)).toEqual({ epoch: 1, chunks: [], serverHeads: [] })
  })

  test('gives back a whole text that was kept at once before anything else was', async () => {
    const open = device()
    const doc = seeded('Las ciudades.')
    ;(await open()).appendAtOnce(CHAPTER, 0, [A.save(doc), edited(A.clone(doc), 0, 0, '¡').change])
    expect(loaded((await (await open()).open(CHAPTER)).chunks)).toBe('¡Las ciudades.')
    expect(loaded((await (await open()).open(CHAPTER)).chunks)).toBe('¡Las ciudades.')
  })

  test('keeps the texts apart', async () => {
    const store = await device()()
    await store.append('one', 0, [A.save(seeded('uno'))], [])
    await store.append('two', 0, [A.save(seeded('dos'))], [])
    expect(loaded((await store.open('one')).chunks)).toBe('uno')
  })

  test('starting again keeps the rescue, forgets the text, and tells the other window', async () => {
    const open = device()
    const [first, second] = [await open(), await open()]
    await first.append(CHAPTER, 0, [A.save(seeded('refused'))], [])
    const epoch = await first.startAgain(CHAPTER, rescue)
    expect(await first.open(CHAPTER)).toEqual({ epoch: 1, chunks: [], serverHeads: [] })
    expect([epoch, await second.rescues()]).toEqual([1, [rescue]])
    await expect(second.append(CHAPTER, 0, [A.save(seeded('refused'))], [])).rejects.toThrow(StartedAgain)
    await second.append(CHAPTER, epoch, [A.save(seeded('the server’s'))], [])
    expect(loaded((await first.open(CHAPTER)).chunks)).toBe('the server’s')
  })
})

describe('in IndexedDB', () => {
  test('a long tail of changes becomes one snapshot, and not a word is lost', async () => {
    const store = await devices['in IndexedDB']!()()
    let doc = seeded('.')
    await store.append(CHAPTER, 0, [A.save(doc)], [])
    for (let i = 0; i < 250; i++) {
      const step = edited(doc, 0, 0, 'x')
      doc = step.doc
      await store.append(CHAPTER, 0, [step.change], [])
    }
    for (let opening = 0; opening < 2; opening++) {
      const { chunks } = await store.open(CHAPTER)
      expect(chunks).toHaveLength(1)
      expect(loaded(chunks)).toBe('x'.repeat(250) + '.')
    }
  })

  test('a change that still lacks what it builds on survives compaction', async () => {
    const store = await devices['in IndexedDB']!()()
    let doc = seeded('.')
    await store.append(CHAPTER, 0, [A.save(doc)], [])
    const missing = edited(doc, 0, 0, 'a')
    doc = missing.doc
    for (let i = 0; i < 250; i++) {
      const step = edited(doc, 0, 0, 'x')
      doc = step.doc
      await store.append(CHAPTER, 0, [step.change], [])
    }
    await store.open(CHAPTER)
    const { chunks } = await store.open(CHAPTER)
    expect(loaded([...chunks, missing.change])).toBe('x'.repeat(250) + 'a.')
  })

  test('damaged changes are given back as they are, for the opener to set aside', async () => {
    const store = await devices['in IndexedDB']!()()
    const damaged = new Uint8Array(300_000).fill(7)
    await store.append(CHAPTER, 0, [damaged], [])
    expect((await store.open(CHAPTER)).chunks).toEqual([damaged])
  })

  test('two seats share nothing', async () => {
    const [factory, drawer] = [new IDBFactory(), memoryDrawer()]
    const [ines, samir] = [await openStore('inés', factory, drawer), await openStore('samir', factory, drawer)]
    await ines.append(CHAPTER, 0, [A.save(seeded('hers'))], [])
    expect((await samir.open(CHAPTER)).chunks).toEqual([])
  })

  test('a window whose store was closed under it is told, not left hanging', async () => {
    const store = await devices['in IndexedDB']!()()
    store.close()
    await expect(store.append(CHAPTER, 0, [], [])).rejects.toThrow()
  })
})
