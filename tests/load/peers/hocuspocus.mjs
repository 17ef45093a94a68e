// Hocuspocus with its SQLite extension: `node hocuspocus.mjs FOLDER DOCUMENT [UPDATE]`.
// UPDATE is a file with a Yjs update that becomes the text before anybody comes.
import { mkdirSync, readFileSync } from 'node:fs'
import { SQLite } from '@hocuspocus/extension-sqlite'
import { Server } from '@hocuspocus/server'

const [folder, document, update] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
const database = new SQLite({ database: `${folder}/texts.sqlite` })
const server = new Server({ port: 0, address: '127.0.0.1', quiet: true, extensions: [database] })
await server.listen()
if (update) {
  await database.configuration.store({ documentName: document, state: readFileSync(update) })
}
console.log(`listening on 127.0.0.1:${server.address.port}`)
