import { describe, expect, test } from 'vitest'
import { Shell } from './shell'
import { Device, HOME, networkFails, type Server } from './testing/device'

const FILES = ['/assets/index-A.js', '/assets/es-A.js', '/favicon.svg']
const page = (version: string) => `<script type="module" src="/assets/index-${version}.js"></script><link href="/favicon.svg">`
const server: Server = async ({ url }) => new Response(new URL(url).pathname === '/' ? page('A') : `content of ${new URL(url).pathname}`)

function shellOn(device: Device, version = 'A', files = FILES): Shell {
  return new Shell(device.surroundings, HOME, { version, files })
}

async function installed(): Promise<{ device: Device; shell: Shell }> {
  const device = new Device(server)
  const shell = shellOn(device)
  await shell.install(false)
  return { device, shell }
}

const at = (path: string) => new Request(HOME + path)

describe('the shell', () => {
  test('opens every page without a network', async () => {
    const { device, shell } = await installed()
    device.server = networkFails
    expect(await (await shell.page(at('/papers/ciudades/es/4.1'))).text()).toBe(page('A'))
    expect(await (await shell.file(at('/assets/es-A.js')).response).text()).toBe('content of /assets/es-A.js')
  })

  test('takes the page from the server as long as it answers: there may be a newer one', async () => {
    const { device, shell } = await installed()
    device.server = async () => new Response(page('B'))
    expect(await (await shell.page(at('/'))).text()).toBe(page('B'))
    device.server = networkFails
    expect(await (await shell.page(at('/'))).text()).toBe(page('A'))
  })

  test('does not let people wait long for a page, and lets a refusal of the server stand', async () => {
    const { device, shell } = await installed()
    device.server = () => new Promise(() => {})
    const opening = shell.page(at('/'))
    device.patienceEnds()
    expect(await (await opening).text()).toBe(page('A'))
    device.server = async () => new Response('no such page', { status: 404 })
    expect((await shell.page(at('/nowhere'))).status).toBe(404)
  })

  test('does not ask the server for a file it has', async () => {
    const { device, shell } = await installed()
    device.asked.length = 0
    await shell.file(at('/assets/index-A.js')).response
    expect(device.asked).toEqual([])
  })

  test('where people pay by the byte, fetches only what the browser has, and keeps the rest when it is used', async () => {
    const device = new Device(async (request) => {
      if (request.cache === 'only-if-cached' && !request.url.endsWith('/index-A.js')) throw new TypeError('not in the cache')
      return server(request)
    })
    const shell = shellOn(device)
    await shell.install(true)
    expect(device.keptPaths).toEqual(['/', '/assets/index-A.js'])
    const { response, settled } = shell.file(at('/assets/es-A.js'))
    expect(await (await response).text()).toBe('content of /assets/es-A.js')
    await settled
    expect(device.keptPaths).toEqual(['/', '/assets/es-A.js', '/assets/index-A.js'])
  })

  test.each<[string, Server]>([
    ['a file is missing', async (request) => (request.url.endsWith('es-A.js') ? new Response('', { status: 404 }) : server(request))],
    ['the server has moved on to another version', async (request) => (request.url === `${HOME}/` ? new Response(page('B')) : server(request))],
    ['the network fails', networkFails],
  ])('is not taken for whole when %s', async (_, faulty) => {
    await expect(shellOn(new Device(faulty)).install(false)).rejects.toThrow()
  })

  test('drops the shells of other versions when it takes over, and nothing else', async () => {
    const { device } = await installed()
    device.kept.set('borrador-answers/adaeze', new Map())
    const next = shellOn(device, 'B')
    await next.install(false)
    await next.dropOthers()
    expect([...device.kept.keys()].sort()).toEqual(['borrador-answers/adaeze', 'borrador-shell/B'])
  })
})
