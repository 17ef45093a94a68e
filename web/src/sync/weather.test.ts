/** Lines that break, servers that stop, devices that fail: nothing written is lost, nothing is doubled, nothing is promised too early. */
import { describe, expect, test } from 'vitest'
import { DOCUMENT, Network, TEXT } from './testing/network'
import type { Window } from './testing/network'
import { seededRandom } from './testing/random'

describe('lines and servers that fail', () => {
  test('a lost acknowledgement: the change is not doubled, and "saved" comes after the new connection', async () => {
    const network = new Network()
    const ines = await network.window('inés')
    const samir = await network.window('samir')
    ines.deaf = true
    ines.types(0, 'Una vez. ')
    await network.pass(5_000)
    expect(ines.state.kind).toBe('saving')
    await network.pass(20_000)
    ines.deaf = false
    await network.pass(20_000)
    expect(ines.state.kind).toBe('saved')
    expect([ines.text, samir.text]).toEqual(['Una vez. Las ciudades.', 'Una vez. Las ciudades.'])
    expect(network.server.changesReceived).toBe(1)
  })

  test('an upload that was lost on the way is noticed by its silence, and sent again', async () => {
    const network = new Network()
    const ines = await network.window('inés')
    let lost = 0
    ines.swallowed = () => lost++ === 0
    ines.types(0, 'Perdido y hallado. ')
    await network.pass(40_000)
    expect(network.server.text(DOCUMENT)).toBe('Perdido y hallado. Las ciudades.')
    expect(ines.state.kind).toBe('saved')
  })

  test('steady typing does not hide a dead line', async () => {
    const network = new Network()
    const ines = await network.window('inés')
    ines.deaf = true
    for (let i = 0; i < 20; i++) {
      ines.types(0, 'x')
      await network.pass(1_000)
    }
    expect(ines.log.join()).toContain('no_answer')
  })

  test('the server stops before it committed: the words were never "saved", and are sent again', async () => {
    const network = new Network({ commitMs: Infinity })
    const ines = await network.window('inés')
    const samir = await network.window('samir')
    ines.types(0, 'Antes del corte. ')
    await network.pass(200)
    network.serverCrashes()
    await network.pass(3_000)
    expect(ines.states).not.toContain('refused')
    expect(ines.state).toMatchObject({ kind: 'offline', unsavedChanges: 1 })
    network.serverReturns()
    await network.pass(30_000)
    network.commit()
    await network.pass(1_000)
    expect(ines.state.kind).toBe('saved')
    expect(samir.text).toBe('Antes del corte. Las ciudades.')
  })

  test('frames that arrive twice change nothing', async () => {
    const network = new Network()
    const ines = await network.window('inés')
    const samir = await network.window('samir')
    ines.duplicates = samir.duplicates = true
    ines.types(0, 'uno ')
    samir.types(0, 'dos ')
    await network.pass(3_000)
    expect(ines.text).toBe(samir.text)
    expect(ines.text).toHaveLength('uno dos Las ciudades.'.length)
    expect([ines.state.kind, samir.state.kind]).toEqual(['saved', 'saved'])
  })

  test('newer words that overtake the first answer wait for it', async () => {
    const network = new Network()
    const samir = await network.window('samir')
    network.server.holdAnswers = true
    const ines = await network.window('inés')
    samir.types(0, 'Más nuevo. ')
    await network.pass(500)
    expect(ines.doc).toBeNull()
    network.server.releaseAnswers()
    network.flush()
    await network.pass(500)
    expect(ines.text).toBe('Más nuevo. Las ciudades.')
    expect([ines.openings, ines.state.kind]).toEqual([1, 'saved'])
  })

  test('a server that says it restarts is come back to soon, one that is busy is left in peace, one that asks for a sign-in waits for the person', async () => {
    const network = new Network()
    const ines = await network.window('inés')
    network.closeWith(ines, 1012)
    await network.pass(50)
    expect(ines.state).toMatchObject({ kind: 'offline', code: 'server_restart' })
    await network.pass(2_000)
    expect(ines.state.kind).toBe('saved')
    network.closeWith(ines, 1013)
    await network.pass(4_000)
    expect(ines.state).toMatchObject({ kind: 'offline', code: 'server_busy' })
    await network.pass(10_000)
    expect(ines.state.kind).toBe('saved')
    network.closeWith(ines, 4401)
    await network.pass(3_600_000)
    expect(ines.state).toMatchObject({ kind: 'offline', code: 'sign_in_required' })
    ines.session.retryNow()
    await network.pass(1_000)
    expect(ines.state.kind).toBe('saved')
  })

  test('the server cannot store for a while: nothing is lost, and it is told why', async () => {
    const network = new Network()
    const ines = await network.window('inés')
    network.server.refuse = () => ({ code: 'storage_full', message: 'the disk is full' })
    ines.types(0, 'Paciencia. ')
    await network.pass(12_000)
    expect(ines.state).toMatchObject({ kind: 'saving', code: 'storage_full' })
    expect(ines.refusal).toBeNull()
    network.server.refuse = () => null
    await network.pass(6_000)
    expect(ines.state).toMatchObject({ kind: 'saved', code: null })
  })

  test('a text that does not exist, or is not theirs, is unavailable', async () => {
    const network = new Network()
    const marta = await network.window('marta', { documentId: 'of-somebody-else' })
    expect([marta.doc, marta.state.kind, marta.state.code]).toEqual([null, 'unavailable', 'not_found'])
  })

  test('a device that keeps nothing still lets people write', async () => {
    const network = new Network()
    const ines = await network.window('inés', { store: () => Promise.reject(new Error('private window')) })
    ines.types(0, 'Sin disco. ')
    await network.pass(1_000)
    expect(ines.state.kind).toBe('saved')
    const samir = await network.window('samir')
    network.device('samir').full = true
    samir.types(0, 'Disco lleno. ')
    await network.pass(1_000)
    expect(samir.state.kind).toBe('saved')
    expect(samir.log.join()).toContain('the disk is full')
  })

  test('"offline" does not claim to keep what the device cannot keep', async () => {
    const network = new Network()
    const samir = await network.window('samir')
    samir.goesOffline()
    samir.types(0, 'Guardado. ')
    await network.pass(100)
    expect(samir.state).toMatchObject({ kind: 'offline', code: null })
    network.device('samir').full = true
    samir.types(0, 'Sin sitio. ')
    await network.pass(100)
    expect(samir.state).toMatchObject({ kind: 'offline', code: 'device_keeps_nothing', unsavedChanges: 2 })
  })
})

describe('a device whose copy is damaged', () => {
  test('sets it aside and takes the server’s text', async () => {
    const network = new Network()
    network.device('inés').texts.set(TEXT, { epoch: 0, chunks: [new Uint8Array([1, 2, 3])], serverHeads: [] })
    const ines = await network.window('inés')
    await network.pass(1_000)
    expect([ines.text, ines.state.kind]).toEqual(['Las ciudades.', 'saved'])
    expect(JSON.parse(network.device('inés').kept[0]!.file)).toMatchObject({ reason: 'device_copy_unreadable', changes: ['AQID'] })
    ines.types(0, 'Sana. ')
    await network.pass(1_000)
    ines.closes()
    expect((await network.window('inés', { offline: true })).text).toBe('Sana. Las ciudades.')
  })
})

describe('a long upload', () => {
  test('is cut into messages of half a megabyte, in order', async () => {
    const network = new Network()
    const ines = await network.window('inés')
    ines.goesOffline()
    for (let i = 0; i < 8; i++) ines.writesLong(250_000)
    const before = ines.framesSent
    ines.comesBack()
    await network.pass(3_000)
    expect(ines.state.kind).toBe('saved')
    expect(network.server.text(DOCUMENT)).toBe(ines.text)
    expect(ines.framesSent - before).toBeGreaterThan(3)
  })
})

describe('random weather', () => {
  // More with SYNC_RUNS; the same again with SYNC_SEED.
  const runs = Number(process.env.SYNC_RUNS ?? 20)
  const first = Number(process.env.SYNC_SEED ?? Date.now() % 1_000_000)

  test(`four windows, broken lines, crashes: all end with the same text and nothing lost (SYNC_SEED=${first})`, async () => {
    for (let seed = first; seed < first + runs; seed++) {
      await expect(storm(seed), `SYNC_SEED=${seed} SYNC_RUNS=1`).resolves.toBeUndefined()
    }
  }, 60_000 + runs * 3_000)

  async function storm(seed: number): Promise<void> {
    const network = new Network({ seed, commitMs: 3 })
    const pick = seededRandom(seed * 7 + 1)
    const windows = []
    for (const name of ['inés', 'inés', 'samir', 'adaeze']) windows.push(await network.window(name))
    const written = new Set<string>()
    for (let step = 0; step < 120; step++) {
      const place = Math.floor(pick() * windows.length)
      const window: Window = windows[place]!
      const dice = pick()
      if (dice < 0.6 && window.doc !== null) {
        const word = `«${seed}.${step}»`
        written.add(word)
        window.types(Math.floor(pick() * (window.text.length + 1)), word)
      } else if (dice < 0.7) window.goesOffline()
      else if (dice < 0.8) window.comesBack()
      else if (dice < 0.84) window.duplicates = !window.duplicates
      else if (dice < 0.88) window.swallowed = pick() < 0.5 ? () => pick() < 0.3 : () => false
      else if (dice < 0.91) {
        window.closes()
        windows[place] = await network.window(window.name, { offline: pick() < 0.5 })
      } else if (dice < 0.93) network.serverCrashes()
      else network.serverReturns()
      await network.pass(pick() * 800)
    }
    network.serverReturns()
    for (const window of windows) {
      window.swallowed = () => false
      window.comesBack()
    }
    await network.pass(120_000)
    const texts = new Set([network.server.text(DOCUMENT), ...windows.map(({ text }) => text)])
    expect([...texts]).toHaveLength(1)
    expect(new Set(windows.map(({ state }) => state.kind))).toEqual(new Set(['saved']))
    const [text] = texts
    const letters = [...written].join('').length + 'Las ciudades.'.length
    expect(text).toHaveLength(letters)
  }
})
