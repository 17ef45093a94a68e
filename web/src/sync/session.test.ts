import * as A from '@automerge/automerge/slim'
import { describe, expect, test } from 'vitest'
import { DOCUMENT, Network, TEXT } from './testing/network'
import type { Window } from './testing/network'
import { seededRandom } from './testing/random'

describe('two people at once', () => {
  test('Inés and Samir see each other’s words, and both read "saved"', async () => {
    const network = new Network()
    const ines = await network.window('inés')
    const samir = await network.window('samir')
    ines.types(0, 'Acoger es un derecho. ')
    samir.types(samir.text.length, ' Y las regiones.')
    await network.pass(2_000)
    expect(ines.text).toBe('Acoger es un derecho. Las ciudades. Y las regiones.')
    expect(samir.text).toBe(ines.text)
    expect(network.server.text(DOCUMENT)).toBe(ines.text)
    expect([ines.state.kind, samir.state.kind]).toEqual(['saved', 'saved'])
  })

  test('nothing is shown before the server answered, and nobody begins a history', async () => {
    const network = new Network({ delayMs: 300 })
    const ines = await network.window('inés')
    expect([ines.doc, ines.state.kind]).toEqual([null, 'opening'])
    await network.pass(2_000)
    expect(ines.text).toBe('Las ciudades.')
    expect(network.server.changesReceived).toBe(0)
  })

  test('what one writes is written as the seat, under a fresh actor in every window', async () => {
    const network = new Network()
    const morning = await network.window('inés')
    morning.types(0, 'Buenos días. ')
    await network.pass(1_000)
    morning.closes()
    const evening = await network.window('inés')
    evening.types(0, 'Buenas tardes. ')
    await network.pass(1_000)
    const [, first, second] = A.getAllChanges(evening.doc!).map(change => A.decodeChange(change))
    const author = morning.seat.replaceAll('-', '')
    expect([first!.author, second!.author]).toEqual([author, author])
    expect(first!.actor).not.toBe(second!.actor)
  })

  test('"saved" appears only when the server has committed', async () => {
    const network = new Network({ commitMs: Infinity })
    const ines = await network.window('inés')
    ines.types(0, '¡')
    await network.pass(3_000)
    expect(ines.state).toMatchObject({ kind: 'saving', unsavedChanges: 1 })
    network.commit()
    await network.pass(100)
    expect(ines.state).toMatchObject({ kind: 'saved', unsavedChanges: 0 })
  })

  test('one’s own words coming back from the server do not disturb the editor', async () => {
    const network = new Network()
    const ines = await network.window('inés')
    for (const letter of 'hola ') ines.types(0, letter)
    await network.pass(2_000)
    expect([ines.receipts, ines.state.kind]).toEqual([0, 'saved'])
  })

  test('what arrives within one frame of the screen is taken in at once', async () => {
    const network = new Network()
    const ines = await network.window('inés')
    const samir = await network.window('samir')
    for (const letter of 'veinte palabras nuevas') samir.types(0, letter)
    await network.pass(2_000)
    expect(ines.text).toBe(samir.text)
    expect(ines.receipts).toBeLessThanOrEqual(2)
  })

  test('what is received is acknowledged once, a quarter of a second later', async () => {
    const network = new Network({ delayMs: 0 })
    const ines = await network.window('inés')
    const samir = await network.window('samir')
    await network.pass(1_000)
    const before = ines.framesSent
    samir.types(0, 'a')
    await network.pass(20)
    samir.types(0, 'b')
    await network.pass(200)
    expect(ines.framesSent).toBe(before)
    await network.pass(200)
    expect(ines.framesSent).toBe(before + 1)
  })
})

describe('away from the network', () => {
  test('Adaeze writes offline, comes back, and everything merges with nothing doubled', async () => {
    const network = new Network()
    const adaeze = await network.window('adaeze')
    const ines = await network.window('inés')
    adaeze.goesOffline()
    for (const letter of ' También ellas.') adaeze.types(adaeze.text.length, letter)
    ines.types(0, 'Nosotras. ')
    await network.pass(60_000)
    expect(adaeze.state).toMatchObject({ kind: 'offline', unsavedChanges: 15 })
    adaeze.comesBack()
    await network.pass(2_000)
    expect(adaeze.text).toBe(ines.text)
    expect(adaeze.text).toBe('Nosotras. Las ciudades. También ellas.')
    expect(adaeze.state.kind).toBe('saved')
    expect(network.server.changesReceived).toBe(16)
  })

  test('after a reconnection nothing the server sent is sent back', async () => {
    const network = new Network()
    const ines = await network.window('inés')
    const samir = await network.window('samir')
    for (let i = 0; i < 50; i++) samir.types(0, 'x')
    await network.pass(2_000)
    expect(network.server.changesReceived).toBe(50)
    ines.goesOffline()
    ines.types(0, '¡')
    ines.comesBack()
    await network.pass(2_000)
    expect(network.server.changesReceived).toBe(51)
    expect(samir.text).toBe(ines.text)
  })

  test('a text that was open before opens from the device while the server is away, and its words go out later', async () => {
    const network = new Network()
    const before = await network.window('samir')
    await network.pass(1_000)
    before.goesOffline()
    before.types(0, 'Escrito en el tren. ')
    await network.pass(100)
    before.closes()
    network.serverCrashes()
    const after = await network.window('samir')
    expect(after.text).toBe('Escrito en el tren. Las ciudades.')
    await network.pass(10_000)
    expect(after.state).toMatchObject({ kind: 'offline', unsavedChanges: 1 })
    network.serverReturns()
    await network.pass(30_000)
    expect(network.server.text(DOCUMENT)).toBe('Escrito en el tren. Las ciudades.')
    expect(after.state.kind).toBe('saved')
  })

  test('what was saved does not count as unsaved when the device is opened offline', async () => {
    const network = new Network()
    const ines = await network.window('inés')
    ines.types(0, 'Guardado. ')
    await network.pass(2_000)
    ines.closes()
    const later = await network.window('inés', { offline: true })
    await network.pass(1_000)
    expect(later.state).toMatchObject({ kind: 'offline', unsavedChanges: 0 })
  })

  test('a text that was never on this device stays closed while offline, and says so', async () => {
    const network = new Network()
    const marta = await network.window('marta', { offline: true })
    await network.pass(5_000)
    expect([marta.doc, marta.state.kind]).toEqual([null, 'offline'])
  })

  test('the last words of a page that goes away are sent at once', async () => {
    const network = new Network()
    const ines = await network.window('inés')
    ines.leaving = true
    ines.types(0, 'Hasta mañana. ')
    ines.closes()
    await network.pass(1_000)
    expect(network.server.text(DOCUMENT)).toBe('Hasta mañana. Las ciudades.')
  })

  test('words written just before a chapter is closed reach the others', async () => {
    const network = new Network()
    const samir = await network.window('samir')
    const ines = await network.window('inés')
    ines.types(0, 'Al cerrar. ')
    ines.closes()
    await network.pass(1_000)
    expect(samir.text).toBe('Al cerrar. Las ciudades.')
  })
})

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

describe('two windows of one person', () => {
  test('what one window wrote offline is sent by the other, once', async () => {
    const network = new Network()
    const first = await network.window('inés')
    await network.pass(1_000)
    first.goesOffline()
    first.types(0, 'Ventana uno. ')
    await network.pass(100)
    const second = await network.window('inés')
    await network.pass(2_000)
    expect(network.server.text(DOCUMENT)).toBe('Ventana uno. Las ciudades.')
    first.comesBack()
    await network.pass(2_000)
    expect([first.state.kind, second.state.kind, first.text]).toEqual(['saved', 'saved', 'Ventana uno. Las ciudades.'])
  })

  test('both type at once without taking each other’s place', async () => {
    const network = new Network()
    const [first, second] = [await network.window('inés'), await network.window('inés')]
    first.types(0, 'a')
    second.types(0, 'b')
    await network.pass(2_000)
    expect(first.text).toBe(second.text)
    expect(first.text).toHaveLength('ab'.length + 'Las ciudades.'.length)
  })
})

describe('an edit that is refused', () => {
  const notAllowed = () => ({ code: 'not_allowed', message: 'you may read this text but not change it' })

  async function refused() {
    const network = new Network()
    const ines = await network.window('inés')
    const adaeze = await network.window('adaeze')
    network.server.refuse = connection => (connection.startsWith(adaeze.seat) ? notAllowed() : null)
    adaeze.types(0, 'Sin permiso. ')
    await network.pass(1_000)
    return { network, ines, adaeze }
  }

  test('is told once in words, kept, and not sent again', async () => {
    const { network, ines, adaeze } = await refused()
    expect(adaeze.state).toMatchObject({ kind: 'refused', code: 'not_allowed', unsavedChanges: 1 })
    expect(adaeze.refusal).toEqual(notAllowed())
    const sent = network.server.changesReceived
    adaeze.types(0, 'Más. ')
    adaeze.goesOffline()
    await network.pass(1_000)
    adaeze.comesBack()
    await network.pass(5_000)
    expect(network.server.changesReceived).toBe(sent)
    expect(adaeze.text).toBe('Más. Sin permiso. Las ciudades.')
    expect(ines.text).toBe('Las ciudades.')
  })

  test('does not stop others’ words from arriving', async () => {
    const { network, ines, adaeze } = await refused()
    ines.types(0, 'Con permiso. ')
    await network.pass(1_000)
    expect(adaeze.text).toContain('Con permiso. ')
    expect(adaeze.state.kind).toBe('refused')
  })

  test('comes out as a file with its words and its changes', async () => {
    const { adaeze } = await refused()
    const file = JSON.parse(await (await adaeze.session.rescue()).text())
    expect(file).toMatchObject({ format: 'borrador-rescue/1', seat: adaeze.seat, reason: 'not_allowed', written: ['Sin permiso. '] })
    expect(file.whole).toBe('Sin permiso. Las ciudades.')
    const changes = file.changes.map((text: string) => Uint8Array.from(atob(text), letter => letter.charCodeAt(0)))
    expect(changes.map((change: Uint8Array) => A.decodeChange(change).deps)).toEqual([file.base_heads])
  })

  test('is put aside by starting again: the server’s text comes back, the rescue stays on the device', async () => {
    const { network, adaeze } = await refused()
    await adaeze.session.startAgain()
    await network.pass(1_000)
    expect([adaeze.text, adaeze.state.kind, adaeze.openings]).toEqual(['Las ciudades.', 'saved', 2])
    expect(JSON.parse(network.device('adaeze').kept[0]!.file).written).toEqual(['Sin permiso. '])
    adaeze.closes()
    const later = await network.window('adaeze')
    expect([later.text, later.state.kind]).toEqual(['Las ciudades.', 'saved'])
  })

  test('is put aside also when the window closes before the server’s text has come', async () => {
    const { network, adaeze } = await refused()
    adaeze.goesOffline()
    await adaeze.session.startAgain()
    adaeze.closes()
    network.server.refuse = () => null
    const later = await network.window('adaeze')
    later.types(0, 'De nuevo. ')
    await network.pass(1_000)
    expect([later.text, later.state.kind, later.openings]).toEqual(['De nuevo. Las ciudades.', 'saved', 1])
    expect(network.device('adaeze').kept).toHaveLength(1)
  })

  test('is put aside in the other window of the person too', async () => {
    const { network, adaeze } = await refused()
    const other = await network.window('adaeze')
    await network.pass(1_000)
    expect(other.state.kind).toBe('refused')
    await adaeze.session.startAgain()
    network.server.refuse = () => null
    await network.pass(1_000)
    other.types(0, 'Otra. ')
    await network.pass(2_000)
    expect([other.text, adaeze.text, network.server.text(DOCUMENT)]).toEqual(Array(3).fill('Las ciudades.'))
    expect(network.device('adaeze').kept).toHaveLength(2)
  })

  test('because it is over the limit never leaves the device', async () => {
    const network = new Network()
    const ines = await network.window('inés')
    ines.writesLong(1_600_000)
    await network.pass(1_000)
    expect(ines.state).toMatchObject({ kind: 'refused', code: 'change_too_large', unsavedChanges: 1 })
    expect(network.server.changesReceived).toBe(0)
  })

  test('for a missing dependency is compared once more before it is called a refusal', async () => {
    const network = new Network()
    const ines = await network.window('inés')
    let times = 0
    network.server.refuse = () => (times++ === 0 ? { code: 'missing_dependencies', message: '' } : null)
    ines.types(0, 'De nuevo. ')
    await network.pass(1_000)
    expect([ines.state.kind, ines.refusal]).toEqual(['saved', null])
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
