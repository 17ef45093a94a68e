// @y/websocket-server with LevelDB, as its own command starts it: `node y-websocket.mjs FOLDER DOCUMENT [UPDATE]`.
// UPDATE is a file with a Yjs update that becomes the text before anybody comes.
import { readFileSync } from 'node:fs'
import http from 'node:http'
import { LeveldbPersistence } from 'y-leveldb'
import { WebSocketServer } from 'ws'
import * as Y from 'yjs'

const [folder, document, update] = process.argv.slice(2)
const database = new LeveldbPersistence(folder)
if (update) await database.storeUpdate(document, readFileSync(update))

const { setPersistence, setupWSConnection } = await import('@y/websocket-server/utils')
// The same as its own, which cannot be given a database that is open already.
setPersistence({
  provider: database,
  bindState: async (name, doc) => {
    const stored = await database.getYDoc(name)
    database.storeUpdate(name, Y.encodeStateAsUpdate(doc))
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(stored))
    doc.on('update', (change) => database.storeUpdate(name, change))
  },
  writeState: async () => {},
})

const sockets = new WebSocketServer({ noServer: true })
sockets.on('connection', setupWSConnection)
const server = http.createServer((_, response) => response.end('okay'))
server.on('upgrade', (request, socket, head) => {
  sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened, request))
})
server.listen(0, '127.0.0.1', () => console.log(`listening on 127.0.0.1:${server.address().port}`))
process.on('SIGTERM', async () => {
  await database.destroy()
  process.exit(0)
})
