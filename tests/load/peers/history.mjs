// Writes a history of single edits with Yjs: `node history.mjs EDITS UPDATE`. A line of EDITS is a place, then a letter that is
// typed there; without one, the letter that stands there is deleted.
import { readFileSync, writeFileSync } from 'node:fs'
import * as Y from 'yjs'

const [edits, update] = process.argv.slice(2)
const doc = new Y.Doc()
doc.clientID = 1
const text = doc.getText('text')
for (const line of readFileSync(edits, 'utf8').split('\n')) {
  if (line === '') continue
  const [place, letter] = line.split(' ')
  if (letter === undefined) text.delete(Number(place), 1)
  else text.insert(Number(place), letter)
}
writeFileSync(update, Y.encodeStateAsUpdate(doc))
