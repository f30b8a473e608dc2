import type { NodeKey } from '../volume/volume.ts'
import type { Change, NodeRecord } from './records.ts'

/** All changes of a client put together. */
export class OverlayState {
  readonly nodes = new Map<NodeKey, NodeRecord>()
  /** The names that differ from the export's by their directories; undefined stands for a hidden one. */
  readonly #names = new Map<NodeKey, Map<string, NodeKey | undefined>>()

  apply(change: Change): void {
    if ('put' in change) this.nodes.set(change.put.key, change.put)
    else if ('forget' in change) {
      this.nodes.delete(change.forget)
      this.#names.delete(change.forget)
    } else {
      const { directory, name } = change.name
      const names = this.#names.get(directory) ?? new Map<string, NodeKey | undefined>()
      this.#names.set(directory, names)
      if ('dropped' in change) names.delete(name)
      else names.set(name, 'means' in change ? change.means : undefined)
    }
  }

  /** Names in a directory that differ from the export's. */
  namesIn(directory: NodeKey): ReadonlyMap<string, NodeKey | undefined> {
    return this.#names.get(directory) ?? new Map()
  }

  /** The changes that make this state out of nothing. */
  *changes(): Iterable<Change> {
    for (const put of this.nodes.values()) yield { put }
    for (const [directory, names] of this.#names)
      for (const [name, means] of names)
        yield means === undefined
          ? { name: { directory, name }, hidden: true }
          : { name: { directory, name }, means }
  }
}
