import { describe, expect, test } from 'vitest'
import { KEPT_AT } from '../api/request'
import { Answers } from './answers'
import { ME } from './routes'
import { Device, HOME, meOf, networkFails, says, type Server } from './testing/device'

const PAPER = '/api/v1/papers/ciudades'

/** Somebody is signed in and may read one paper; what they read carries their name. */
const signedIn = (name: string): Server => async ({ url }) => (new URL(url).pathname === ME ? says(meOf(name)) : says({ readBy: name }))
const nobody: Server = async () => says({ code: 'sign_in_required' }, 401)

function asking(path: string, name?: string): Request {
  return new Request(HOME + path, name === undefined ? {} : { headers: { 'Borrador-Seat': `seat-of-${name}` } })
}

/** Asks, and waits until what is to be kept is kept. */
async function ask(answers: Answers, path: string, name?: string): Promise<Response> {
  const { response, settled } = answers.serve(asking(path, name))
  const answer = await response
  await settled
  return answer
}

async function adaezeHasRead(): Promise<{ device: Device; answers: Answers }> {
  const device = new Device(signedIn('adaeze'))
  const answers = new Answers(device.surroundings)
  await ask(answers, ME)
  await ask(answers, PAPER, 'adaeze')
  return { device, answers }
}

describe('Adaeze’s device', () => {
  test('gives what the server says as long as it answers, unmarked', async () => {
    const { answers } = await adaezeHasRead()
    const answer = await ask(answers, PAPER, 'adaeze')
    expect([answer.headers.get(KEPT_AT), await answer.json()]).toEqual([null, { readBy: 'adaeze' }])
  })

  test('gives the last answer when the network fails, and says when that was', async () => {
    const { device, answers } = await adaezeHasRead()
    const then = device.now
    device.server = networkFails
    device.now += 86_400_000
    for (const path of [ME, PAPER]) expect(Number((await ask(answers, path, 'adaeze')).headers.get(KEPT_AT))).toBe(then)
  })

  test('keeps each page of a long list as its own', async () => {
    const device = new Device(async ({ url }) => (new URL(url).pathname === ME ? says(meOf('adaeze')) : says({ page: new URL(url).search })))
    const answers = new Answers(device.surroundings)
    const pages = ['/api/v1/people', '/api/v1/people?cursor=ab01']
    for (const path of [ME, ...pages]) await ask(answers, path, 'adaeze')
    device.server = networkFails
    expect(await Promise.all(pages.map(async (path) => (await ask(answers, path, 'adaeze')).json()))).toEqual([{ page: '' }, { page: '?cursor=ab01' }])
  })

  test('gives the last answer when a proxy says that the server is away', async () => {
    const { device, answers } = await adaezeHasRead()
    device.server = async () => new Response('<h1>Bad gateway</h1>', { status: 502 })
    expect(await (await ask(answers, PAPER, 'adaeze')).json()).toEqual({ readBy: 'adaeze' })
  })

  test('gives the last answer when the network says nothing for long, and keeps the late one', async () => {
    const { device, answers } = await adaezeHasRead()
    let arrives = (_: Response) => {}
    device.server = () => new Promise((resolve) => (arrives = resolve))
    const { response, settled } = answers.serve(asking(PAPER, 'adaeze'))
    device.patienceEnds()
    expect(await (await response).json()).toEqual({ readBy: 'adaeze' })
    arrives(says({ readBy: 'adaeze', late: true }))
    await settled
    device.server = networkFails
    expect(await (await ask(answers, PAPER, 'adaeze')).json()).toEqual({ readBy: 'adaeze', late: true })
  })

  test('waits for the server, however long, when it has nothing of an answer', async () => {
    const { device, answers } = await adaezeHasRead()
    let arrives = (_: Response) => {}
    device.server = () => new Promise((resolve) => (arrives = resolve))
    const { response } = answers.serve(asking('/api/v1/people', 'adaeze'))
    device.patienceEnds()
    arrives(says({ people: [] }))
    expect(await (await response).json()).toEqual({ people: [] })
  })

  test('tells a failure as it is when it has nothing of an answer', async () => {
    const { device, answers } = await adaezeHasRead()
    device.server = networkFails
    const { response, settled } = answers.serve(asking('/api/v1/people', 'adaeze'))
    await expect(response).rejects.toThrow(TypeError)
    await settled
  })

  test('forgets what she may no longer read, and keeps what the server only failed to say', async () => {
    const { device, answers } = await adaezeHasRead()
    device.server = async () => says({ code: 'internal' }, 500)
    expect((await ask(answers, PAPER, 'adaeze')).status).toBe(500)
    expect(device.keptPaths).toEqual([ME, PAPER])
    device.server = async () => says({ code: 'not_allowed' }, 403)
    expect((await ask(answers, PAPER, 'adaeze')).status).toBe(403)
    expect(device.keptPaths).toEqual([ME])
  })

  test('finds out whose the answers are when a sign-in went past it', async () => {
    const device = new Device(signedIn('adaeze'))
    const answers = new Answers(device.surroundings)
    await Promise.all([ask(answers, '/api/v1/people', 'adaeze'), ask(answers, PAPER, 'adaeze')])
    expect(device.keptPaths).toEqual([ME, PAPER, '/api/v1/people'].sort())
    expect(device.asked.filter((path) => path === ME)).toHaveLength(1)
  })
})

describe('another person on the same device', () => {
  test('finds nothing of Adaeze’s once the server has said who it is', async () => {
    const { device, answers } = await adaezeHasRead()
    device.server = signedIn('marta')
    await ask(answers, ME)
    expect(device.keptPaths).toEqual([ME])
    device.server = networkFails
    await expect(ask(answers, PAPER, 'adaeze')).rejects.toThrow(TypeError)
    expect(await (await ask(answers, ME)).json()).toEqual(meOf('marta'))
  })

  test('finds nothing after a sign-out, or after the server has said that nobody is signed in', async () => {
    const signedOut = await adaezeHasRead()
    await signedOut.answers.forget()
    const expired = await adaezeHasRead()
    expired.device.server = nobody
    expect((await ask(expired.answers, PAPER, 'adaeze')).status).toBe(401)
    for (const { device, answers } of [signedOut, expired]) {
      expect(device.keptPaths).toEqual([])
      device.server = networkFails
      await expect(ask(answers, ME)).rejects.toThrow(TypeError)
    }
  })

  test('is not shown, and does not bring back, what Adaeze had asked for before she left', async () => {
    const { device, answers } = await adaezeHasRead()
    const arrive: ((response: Response) => void)[] = []
    device.server = () => new Promise((resolve) => arrive.push(resolve))
    const late = [answers.serve(asking(ME)), answers.serve(asking(PAPER, 'adaeze'))]
    await answers.forget()
    arrive[0]!(says(meOf('adaeze')))
    arrive[1]!(says({ readBy: 'adaeze' }))
    await Promise.all(late.map(({ settled }) => settled))
    expect(device.keptPaths).toEqual([])
  })

  test('does not inherit an answer under a seat that is not theirs, nor one for no seat at all', async () => {
    const { device, answers } = await adaezeHasRead()
    device.server = signedIn('marta')
    await ask(answers, '/api/v1/people', 'marta') // her cookie, while the device still believes in Adaeze
    await ask(answers, '/api/v1/components')
    expect(device.keptPaths).toEqual([ME, PAPER])
  })
})

test('an answer that nobody can read is not kept, and the worker hears of it', async () => {
  const device = new Device(async () => says({ person: 5 }))
  const answers = new Answers(device.surroundings)
  const { response, settled } = answers.serve(asking(ME))
  expect((await response).ok).toBe(true)
  await expect(settled).rejects.toThrow('me.person')
  expect(device.keptPaths).toEqual([])
})
