import { FileType, type Attributes } from '../../../protocols/nfs/attributes.ts'
import { Status } from '../../../protocols/nfs/status.ts'
import type { Space } from '../../../protocols/nfs/v3/filesystem.ts'
import { chunkOf } from '../volume/chunk.ts'
import * as disk from '../volume/disk.ts'
import { inNfsTerms, stale } from '../volume/errors.ts'
import { checkLookup } from '../volume/names.ts'
import { inPlaces } from '../volume/places.ts'
import { NfsError, type Chunk, type Found, type Listed, type NodeKey, type Volume } from '../volume/volume.ts'
import type { Contents } from './contents.ts'
import type { NodeRecord } from './records.ts'
import type { OverlayState } from './state.ts'

/** The keys of nodes that are the client's own begin with these digits; those of exports do not. */
export const OWN_KEY = '01'

export interface Layers {
  /** What is exported, which is never changed. */
  readonly base: Volume
  readonly state: OverlayState
  readonly contents: Contents
  readonly fsid: bigint
}

/** An export as one client sees it: with its own changes. */
export class OverlayView implements Volume {
  protected readonly layers: Layers
  /** Merged listings, good as long as neither layer's part has changed. */
  readonly #listings = new Map<
    NodeKey,
    { base: readonly Listed[]; names: string; merged: readonly Listed[] }
  >()

  constructor(layers: Layers) {
    this.layers = layers
  }

  get root(): NodeKey {
    return this.layers.base.root
  }

  attributes(key: NodeKey): Promise<Attributes> {
    return inNfsTerms(async () => {
      const record = this.record(key)
      if (record === undefined) return this.layers.base.attributes(key)
      const { fsid } = this.layers
      const { type, mode, links, uid, gid, device, changed } = record
      const own = { type, mode, links, uid, gid, device, fsid, fileid: BigInt(record.fileid) }
      const { size, used, accessed, modified, contentChanged } = await this.#contentOf(record)
      return { ...own, size, used, accessed, modified, changed: later(changed, contentChanged) }
    })
  }

  lookup(directory: NodeKey, name: string): Promise<Found> {
    return inNfsTerms(async () => {
      await this.directory(directory)
      const key = await this.#keyAt(directory, name)
      return { key, attributes: await this.attributes(key) }
    })
  }

  readlink(key: NodeKey): Promise<string> {
    return inNfsTerms(async () => {
      const record = this.record(key)
      if (record?.target !== undefined) return record.target
      if (record !== undefined && isOwn(key)) throw new NfsError(Status.INVAL, 'not a symbolic link')
      return this.layers.base.readlink(key)
    })
  }

  read(key: NodeKey, offset: number, count: number, mayStay?: boolean): Promise<Chunk> {
    return inNfsTerms(async () => {
      const record = this.record(key)
      if (record?.hasContent !== true) {
        if (isOwn(key)) throw new NfsError(Status.INVAL, 'not a regular file')
        const chunk = await this.layers.base.read(key, offset, count, mayStay)
        return record === undefined ? chunk : { ...chunk, attributes: await this.attributes(key) }
      }
      const attributes = await this.attributes(key)
      const size = Number(attributes.size)
      const lent = await this.layers.contents.use(key, (file) => file.read(offset, count, size))
      return chunkOf(lent, offset, attributes)
    })
  }

  list(directory: NodeKey): Promise<readonly Listed[]> {
    return inNfsTerms(async () => {
      await this.directory(directory)
      const base = isOwn(directory) ? [] : await this.layers.base.list(directory)
      const own = this.layers.state.namesIn(directory)
      if (own.size === 0) return base
      const names = [...own].map(([name, key]) => `${key === undefined ? '-' : '+'}${name}`).join('/')
      const known = this.#listings.get(directory)
      if (known?.base === base && known.names === names) return known.merged
      const kept = base.map(({ name }) => name).filter((name) => !own.has(name))
      const merged = inPlaces([
        ...kept,
        ...[...own].flatMap(([name, key]) => (key === undefined ? [] : name)),
      ])
      this.#listings.clear()
      this.#listings.set(directory, { base, names, merged })
      return merged
    })
  }

  space(): Promise<Space> {
    return inNfsTerms(() => disk.spaceOf(this.layers.contents.folder))
  }

  pathOf(key: NodeKey): string | undefined {
    return isOwn(key) ? undefined : this.layers.base.pathOf(key)
  }

  close(): Promise<void> {
    return this.layers.contents.close()
  }

  /** What is kept of a node; undefined for one that is as the export has it. Throws for one that is gone. */
  protected record(key: NodeKey): NodeRecord | undefined {
    const record = this.layers.state.nodes.get(key)
    if (record?.isRemoved === true || (record === undefined && isOwn(key))) throw stale()
    return record
  }

  protected async directory(key: NodeKey): Promise<void> {
    const type = this.record(key)?.type ?? (await this.layers.base.attributes(key)).type
    if (type !== FileType.DIRECTORY) throw new NfsError(Status.NOTDIR, 'not a directory')
  }

  async #keyAt(directory: NodeKey, name: string): Promise<NodeKey> {
    const { base, state } = this.layers
    if (name === '.') return directory
    if (name === '..') return this.record(directory)?.parent ?? (await base.lookup(directory, '..')).key
    checkLookup(name)
    const names = state.namesIn(directory)
    const key = names.get(name)
    if (key !== undefined) return key
    if (names.has(name) || isOwn(directory)) throw new NfsError(Status.NOENT, 'no such name')
    return (await base.lookup(directory, name)).key
  }

  async #contentOf(record: NodeRecord) {
    const { key, type, changed } = record
    const { contents, base } = this.layers
    if (record.hasContent) {
      const stats = await contents.use(key, (file) => file.stats())
      const accessed = record.accessed ?? stats.accessed
      const modified = record.modified ?? stats.modified
      return { size: stats.size, used: stats.used, accessed, modified, contentChanged: stats.changed }
    }
    const times = {
      accessed: record.accessed ?? changed,
      modified: record.modified ?? changed,
      contentChanged: changed,
    }
    if (!isOwn(key)) {
      const { size, used } = await base.attributes(key)
      return { size, used, ...times }
    }
    const text = record.target === undefined ? 0 : Buffer.byteLength(record.target)
    const size = BigInt(type === FileType.DIRECTORY ? 4096 : text)
    return { size, used: size, ...times }
  }
}

export function isOwn(key: NodeKey): boolean {
  return key.startsWith(OWN_KEY)
}

function later(one: Attributes['changed'], other: Attributes['changed']): Attributes['changed'] {
  const isLater =
    one.seconds > other.seconds || (one.seconds === other.seconds && one.nanoseconds > other.nanoseconds)
  return isLater ? one : other
}
