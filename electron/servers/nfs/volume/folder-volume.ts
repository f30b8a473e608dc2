import { constants } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { FileType, type Attributes, type Time } from '../../../protocols/nfs/attributes.ts'
import { Status } from '../../../protocols/nfs/status.ts'
import type { Space } from '../../../protocols/nfs/v3/filesystem.ts'
import { chunkOf, lendOf } from './chunk.ts'
import * as disk from './disk.ts'
import { inNfsTerms, stale } from './errors.ts'
import { folderAccess, type FolderAccess } from './folder-access.ts'
import { componentsOf, FolderNodes, originOf, type FolderNode } from './folder-nodes.ts'
import { FolderSearch } from './folder-search.ts'
import { checkLookup } from './names.ts'
import { OpenFiles } from './open-files.ts'
import { inPlaces } from './places.ts'
import { attributesOf, isSameTime, type Stats } from './stats.ts'
import { NfsError, type Chunk, type Found, type Listed, type NodeKey, type Volume } from './volume.ts'

/** Sorted listings kept, because a client takes a large one in many pieces. */
const LISTINGS_KEPT = 16
/** A listing is kept when its directory has not changed for this long, in milliseconds: clocks of disks are coarse. */
const SETTLED = 2_000

interface Listing {
  readonly modified: Time
  readonly changed: Time
  readonly names: readonly Listed[]
}

/** A folder of this computer, for reading. */
export class FolderVolume implements Volume {
  readonly #nodes: FolderNodes
  readonly #access: FolderAccess
  readonly #search: FolderSearch
  readonly #fsid: bigint
  readonly #device: bigint
  readonly #files: OpenFiles
  readonly #listings = new Map<NodeKey, Listing>()

  /** `fsid` is told to clients as the number of this file system. Rejects when there is no such folder. */
  static async open(folder: string, fsid: bigint): Promise<FolderVolume> {
    const real = await realpath(folder)
    return new FolderVolume(real, await disk.lstat(real), fsid)
  }

  private constructor(folder: string, stats: Stats, fsid: bigint) {
    if (stats.type !== FileType.DIRECTORY) throw new NfsError(Status.NOTDIR, `${folder} is not a folder`)
    this.#nodes = new FolderNodes(stats, FileType.DIRECTORY)
    this.#access = folderAccess(folder)
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
    this.#files = new OpenFiles(flags, this.#access.isLocal)
    this.#search = new FolderSearch(this.#nodes, this.#access)
    this.#fsid = fsid
    this.#device = stats.disk
  }

  get root(): NodeKey {
    return this.#nodes.root.key
  }

  attributes(key: NodeKey): Promise<Attributes> {
    return inNfsTerms(async () => {
      const node = await this.#node(key)
      return this.#attributesOf(node, await this.#look(node))
    })
  }

  lookup(directory: NodeKey, name: string): Promise<Found> {
    return inNfsTerms(async () => {
      const parent = await this.#node(directory)
      if (parent.type !== FileType.DIRECTORY) throw new NfsError(Status.NOTDIR, 'not a directory')
      const known = name === '.' ? parent : name === '..' ? (parent.parent ?? parent) : undefined
      if (known !== undefined)
        return { key: known.key, attributes: this.#attributesOf(known, await this.#look(known)) }
      checkLookup(name)
      const stats = await this.#at(parent, name)
      const node = this.#nodes.seen(stats, parent, name)
      if (node === undefined) throw new NfsError(Status.NOENT, 'a kind of file that NFS does not know')
      this.#files.notice(node.id, stats)
      return { key: node.key, attributes: this.#attributesOf(node, stats) }
    })
  }

  readlink(key: NodeKey): Promise<string> {
    return inNfsTerms(async () => {
      const node = await this.#node(key)
      if (node.type !== FileType.SYMLINK || node.parent === undefined)
        throw new NfsError(Status.INVAL, 'not a symbolic link')
      await this.#look(node)
      return this.#access.within(node.parent, ({ at }) => disk.readlink(at(node.name)))
    })
  }

  read(key: NodeKey, offset: number, count: number, mayStay = false): Promise<Chunk> {
    return inNfsTerms(async () => {
      const node = await this.#node(key)
      const { parent } = node
      if (node.type === FileType.DIRECTORY) throw new NfsError(Status.ISDIR, 'a directory')
      if (node.type !== FileType.REGULAR || parent === undefined)
        throw new NfsError(Status.INVAL, 'not a regular file')
      return this.#files.use(
        node.id,
        (open) =>
          this.#access
            .within(parent, ({ at }) => open(at(node.name), (stats) => this.#verify(node, stats)))
            .catch((error: unknown) => {
              throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? stale() : error
            }),
        async (file, keep) => {
          const stats = await file.stats()
          const size = Number(stats.size)
          const lent = await lendOf(file, { offset, count, size, mayStay }, keep)
          return chunkOf(lent, offset, this.#attributesOf(node, stats))
        },
      )
    })
  }

  list(directory: NodeKey): Promise<readonly Listed[]> {
    return inNfsTerms(async () => {
      const node = await this.#node(directory)
      if (node.type !== FileType.DIRECTORY) throw new NfsError(Status.NOTDIR, 'not a directory')
      const { modified, changed } = await this.#look(node)
      const known = this.#listings.get(node.key)
      if (known !== undefined && isSameTime(known.modified, modified) && isSameTime(known.changed, changed))
        return known.names
      const names = inPlaces(await this.#access.within(node, ({ itself }) => disk.readNames(itself)))
      this.#listings.delete(node.key)
      if (Date.now() - 1000 * modified.seconds > SETTLED + 1000)
        this.#listings.set(node.key, { modified, changed, names })
      const [oldest] = this.#listings.keys()
      if (this.#listings.size > LISTINGS_KEPT && oldest !== undefined) this.#listings.delete(oldest)
      return names
    })
  }

  space(): Promise<Space> {
    return inNfsTerms(() => this.#access.within(this.#nodes.root, ({ itself }) => disk.spaceOf(itself)))
  }

  pathOf(key: NodeKey): string | undefined {
    const node = this.#nodes.get(key)
    return node && `/${componentsOf(node).join('/')}`
  }

  async close(): Promise<void> {
    await this.#files.close()
    await this.#access.close()
  }

  async #node(key: NodeKey): Promise<FolderNode> {
    const node = this.#nodes.get(key) ?? (await this.#search.find(key))
    if (node === undefined) throw stale()
    return node
  }

  /** What the node is now; throws when something else has taken its place. */
  async #look(node: FolderNode): Promise<Stats> {
    const { parent, name } = node
    const stats = await this.#at(parent ?? node, parent === undefined ? '.' : name).catch(
      (error: unknown) => {
        throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? stale() : error
      },
    )
    this.#verify(node, stats)
    this.#files.notice(node.id, stats)
    return stats
  }

  /** What is at a name now. */
  async #at(directory: FolderNode, name: string): Promise<Stats> {
    return (
      this.#access.lookAtOnce(directory, name) ??
      this.#access.within(directory, ({ at }) => disk.lstat(at(name)))
    )
  }

  #verify(node: FolderNode, stats: Stats): void {
    if (originOf(stats) !== node.origin) throw stale()
  }

  #attributesOf(node: FolderNode, stats: Stats): Attributes {
    // Another file system below this folder has numbers of its own, which may be the same.
    const fileid = stats.disk === this.#device ? stats.inode : BigInt(`0x${node.id}`)
    return attributesOf(stats, node.type, this.#fsid, fileid)
  }
}
