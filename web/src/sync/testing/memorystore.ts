/** A store in memory that keeps the same promises as IndexedDB; both pass `storage.test.ts`. */
import { StartedAgain } from '../storage'
import type { StoredRescue, StoredText, TextStore } from '../storage'

/** What a device keeps for one seat: shared by its windows, and there after they close. */
export class MemoryDevice {
  readonly texts = new Map<string, StoredText>()
  readonly kept: StoredRescue[] = []
  /** While true every write fails, as on a full disk. */
  full = false
  /** While true nothing that is appended arrives: the page goes away before. */
  slow = false
  readonly #last: { textId: string; epoch: number; chunks: readonly Uint8Array[] }[] = []

  open(): TextStore {
    const row = (textId: string): StoredText => this.texts.get(textId) ?? { epoch: 0, chunks: [], serverHeads: [] }
    const mayWrite = async () => {
      if (this.full) throw new Error('the disk is full')
    }
    return {
      open: async textId => {
        const { epoch, chunks, serverHeads } = row(textId)
        const last = this.#last.filter(each => each.textId === textId && each.epoch === epoch).flatMap(each => each.chunks)
        return { epoch, chunks: [...chunks, ...last], serverHeads }
      },
      append: async (textId, epoch, chunks, serverHeads) => {
        await mayWrite()
        if (this.slow) return new Promise<never>(() => {})
        const before = row(textId)
        if (before.epoch !== epoch) throw new StartedAgain()
        this.texts.set(textId, { epoch, chunks: [...before.chunks, ...chunks], serverHeads: [...serverHeads] })
      },
      appendAtOnce: (textId, epoch, chunks) => {
        if (this.full) throw new Error('the disk is full')
        this.#last.push({ textId, epoch, chunks })
      },
      startAgain: async (textId, rescue) => {
        await mayWrite()
        const epoch = row(textId).epoch + 1
        this.kept.push(rescue)
        this.texts.set(textId, { epoch, chunks: [], serverHeads: [] })
        return epoch
      },
      rescues: async () => [...this.kept],
      texts: async () => [...this.texts.keys()],
      close: () => {},
    }
  }
}
