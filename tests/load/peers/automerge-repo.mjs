// automerge-repo's packages, composed as its sync server is: `node automerge-repo.mjs FOLDER DOCUMENT [SAVED]`.
// SAVED is a file with a saved Automerge document that becomes the text before anybody comes.
import { readFileSync } from 'node:fs'
import { Repo } from '@automerge/automerge-repo'
import { WebSocketServerAdapter } from '@automerge/automerge-repo-network-websocket'
import { NodeFSStorageAdapter } from '@automerge/automerge-repo-storage-nodefs'
import { WebSocketServer } from 'ws'

const [folder, document, saved] = process.argv.slice(2)
const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' })
const repo = new Repo({
  network: [new WebSocketServerAdapter(sockets)],
  storage: new NodeFSStorageAdapter(folder),
  peerId: 'server',
  sharePolicy: async () => false,
})
if (saved) {
  repo.import(readFileSync(saved), { docId: document })
  await repo.flush()
}
// It hears sockets only once its storage is ready, and hangs up on those that came before.
while (sockets.listenerCount('connection') === 0) await new Promise((soon) => setTimeout(soon, 5))
if (!sockets.address()) await new Promise((listening) => sockets.once('listening', listening))
console.log(`listening on 127.0.0.1:${sockets.address().port}`)
process.on('SIGTERM', async () => {
  await repo.flush()
  process.exit(0)
})
