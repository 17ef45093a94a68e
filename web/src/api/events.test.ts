import { expect, test } from 'vitest'
import { listenToPaper } from './events'

class PlayedSource extends EventTarget {
  readyState = 0
  closed = false
  constructor(readonly url: string) {
    super()
  }
  close() {
    this.closed = true
  }
  says(name: string, data: string) {
    this.dispatchEvent(new MessageEvent(name, { data }))
  }
  fails(readyState: number) {
    this.readyState = readyState
    this.dispatchEvent(new Event('error'))
  }
}

function listening(seat: string | null = null) {
  const sources: PlayedSource[] = []
  const heard: string[] = []
  const waits: number[] = []
  let retry = () => {}
  const stop = listenToPaper('ciudades', seat, {
    onThread: ({ thread }) => heard.push(`thread ${thread.id}`),
    onMilestone: ({ name }) => heard.push(`milestone ${name}`),
    onRights: ({ chapters }) => heard.push(`rights ${chapters.map(({ access }) => access)}`),
    onText: ({ title }) => heard.push(`text ${title}`),
    onOpen: () => heard.push('open'),
    onResume: () => heard.push('resume'),
    onUnreadable: () => heard.push('unreadable'),
  }, {
    open: url => {
      const source = new PlayedSource(url)
      sources.push(source)
      return source as unknown as EventSource
    },
    later: (run, delayMs) => {
      waits.push(delayMs)
      retry = run
      return () => (retry = () => {})
    },
  })
  return { sources, heard, waits, stop, retry: () => retry() }
}

test('a sealed draft and a new title are heard', () => {
  const { sources, heard } = listening()
  expect(sources[0]!.url).toBe('/api/v1/papers/ciudades/events')
  sources[0]!.says('milestone', '{"id":"m1","name":"Borrador de Bogotá"}')
  sources[0]!.says('text', '{"text":"x","title":"Acoger","numbered":3,"characters":10,"heads":[]}')
  expect(heard).toEqual(['milestone Borrador de Bogotá', 'text Acoger'])
})

test('a hat hears what it may do now', () => {
  const { sources, heard } = listening('seat-of-nadia')
  expect(sources[0]!.url).toBe('/api/v1/papers/ciudades/events?seat=seat-of-nadia')
  const chapter = { id: 'c', access: 'propose', may_write: false, may_lock: true, may_give_pens: false, lock: null, lock_version: 2 }
  sources[0]!.says('rights', JSON.stringify({ rights: { may_seal: false, may_comment: true, may_give_pens: false }, chapters: [chapter], pens: [] }))
  expect(heard).toEqual(['rights propose'])
})

test('an event that cannot be read is reported, and the next is heard', () => {
  const { sources, heard } = listening()
  sources[0]!.says('milestone', '{"id":5}')
  sources[0]!.says('milestone', '{"id":"m1","name":"Quito"}')
  expect(heard).toEqual(['unreadable', 'milestone Quito'])
})

test('after a refusal it asks again with longer and longer waits, and says when it is back', () => {
  const { sources, heard, waits, retry } = listening()
  for (let i = 0; i < 7; i++) {
    sources.at(-1)!.fails(2)
    retry()
  }
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
  sources.at(-1)!.dispatchEvent(new Event('open'))
  expect(heard).toEqual(['resume'])
})

test('a break that the browser mends itself is not asked twice', () => {
  const { sources, heard, waits } = listening()
  sources[0]!.dispatchEvent(new Event('open'))
  sources[0]!.fails(0)
  sources[0]!.dispatchEvent(new Event('open'))
  expect([sources.length, waits, heard]).toEqual([1, [], ['open', 'resume']])
})

test('stopping ends it, also while it waits', () => {
  const { sources, stop, retry } = listening()
  sources[0]!.fails(2)
  stop()
  retry()
  expect([sources.length, sources[0]!.closed]).toEqual([1, true])
})
