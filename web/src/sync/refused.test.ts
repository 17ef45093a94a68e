/** What happens to words the server refuses. */
import * as A from '@automerge/automerge/slim'
import { describe, expect, test } from 'vitest'
import { DOCUMENT, Network } from './testing/network'

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
    expect(adaeze.refusal).toEqual({ ...notAllowed(), setAside: null })
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
