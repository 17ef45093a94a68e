import * as A from '@automerge/automerge/slim'
import { describe, expect, test } from 'vitest'
import { DOCUMENT, Network } from './testing/network'

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

  test('the last words of a page that goes away without a connection are on the device when it comes back', async () => {
    const network = new Network()
    const ines = await network.window('inés')
    await network.pass(1_000)
    ines.goesOffline()
    network.device('inés').slow = true
    ines.types(0, 'Casi. ')
    ines.goesAway()
    ines.types(0, 'Al salir. ')
    network.device('inés').slow = false
    const back = await network.window('inés', { offline: true })
    await network.pass(1_000)
    expect(back.text).toBe('Al salir. Casi. Las ciudades.')
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
