import { expect, test } from 'vitest'
import { leftovers } from './leftovers'
import { Network } from './testing/network'

const filesOf = (found: Awaited<ReturnType<typeof leftovers>>) => found.map(({ file, unsent }) => ({ unsent, written: JSON.parse(file).written }))

test('what never reached the server is still on the device, with its words', async () => {
  const network = new Network()
  const adaeze = await network.window('adaeze')
  adaeze.types(0, 'Antes. ')
  await network.pass(1_000)
  adaeze.goesOffline()
  adaeze.types(0, 'En el tren. ')
  await network.pass(1_000)
  adaeze.closes()
  const found = await leftovers(adaeze.seat, network.device('adaeze').open(), 0)
  expect(filesOf(found)).toEqual([{ unsent: true, written: ['En el tren. '] }])
})

test('what was refused and put aside is there as the file that was kept, once', async () => {
  const network = new Network()
  const adaeze = await network.window('adaeze')
  network.server.refuse = () => ({ code: 'chapter_locked', message: '' })
  adaeze.types(0, 'Sin permiso. ')
  await network.pass(1_000)
  await adaeze.session.startAgain()
  await network.pass(1_000)
  const found = await leftovers(adaeze.seat, network.device('adaeze').open(), 0)
  expect(filesOf(found)).toEqual([{ unsent: false, written: ['Sin permiso. '] }])
})

test('a device on which all is saved has nothing left over', async () => {
  const network = new Network()
  const adaeze = await network.window('adaeze')
  adaeze.types(0, 'Guardado. ')
  await network.pass(1_000)
  expect(await leftovers(adaeze.seat, network.device('adaeze').open(), 0)).toEqual([])
})
