import { FileType } from '../../../protocols/nfs/attributes.ts'
import * as disk from './disk.ts'
import type { FolderAccess } from './folder-access.ts'
import { hasIdentity, isOnTrail, type FolderNode, type FolderNodes } from './folder-nodes.ts'
import type { NodeKey } from './volume.ts'

/** How many names are looked at in one go. */
const BATCH = 64
/** How long it is remembered, in milliseconds, that a search found nothing. */
const MEMORY = 5_000

/** Finds nodes again that clients know and this process has not seen yet: after a restart. */
export class FolderSearch {
  readonly #nodes: FolderNodes
  readonly #access: FolderAccess
  readonly #searches = new Map<NodeKey, Promise<FolderNode | undefined>>()

  constructor(nodes: FolderNodes, access: FolderAccess) {
    this.#nodes = nodes
    this.#access = access
  }

  /** One search for each key at a time, however often it is asked for. */
  find(key: NodeKey): Promise<FolderNode | undefined> {
    const running = this.#searches.get(key)
    if (running !== undefined) return running
    const search = this.#below(this.#nodes.root, 0, key)
    this.#searches.set(key, search)
    const forget = () => this.#searches.delete(key)
    void search.then((found) => (found === undefined ? setTimeout(forget, MEMORY).unref() : forget()), forget)
    return search
  }

  async #below(directory: FolderNode, depth: number, key: NodeKey): Promise<FolderNode | undefined> {
    const folders: FolderNode[] = []
    const found = await this.#access.within(directory, async ({ itself, at }) => {
      const names = await disk.readNames(itself)
      for (let start = 0; start < names.length; start += BATCH) {
        const batch = names.slice(start, start + BATCH)
        const all = await Promise.all(batch.map((name) => disk.lstat(at(name)).catch(() => undefined)))
        for (const [index, stats] of all.entries()) {
          const node = stats && this.#nodes.seen(stats, directory, batch[index]!)
          if (node !== undefined && hasIdentity(key, node)) return node
          if (node?.type === FileType.DIRECTORY && isOnTrail(key, node, depth + 1)) folders.push(node)
        }
      }
      return undefined
    })
    if (found !== undefined) return found
    for (const folder of folders) {
      // A folder that may not be read or was removed hides what is below it and nothing else.
      const deeper = await this.#below(folder, depth + 1, key).catch(() => undefined)
      if (deeper !== undefined) return deeper
    }
    return undefined
  }
}
