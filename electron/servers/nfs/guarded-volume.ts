import type { AttributeChanges, Attributes } from '../../protocols/nfs/attributes.ts'
import { Status } from '../../protocols/nfs/status.ts'
import { Access } from '../../protocols/nfs/v3/access.ts'
import type { Space } from '../../protocols/nfs/v3/filesystem.ts'
import { accessOf, ROOT, type User } from './access.ts'
import { ifAbsent } from './volume/errors.ts'
import {
  isWritable,
  NfsError,
  type Chunk,
  type Found,
  type Listed,
  type NewNode,
  type NodeKey,
  type Volume,
  type WritableVolume,
} from './volume/volume.ts'

const STICKY = 0o1000

/** What a caller may reach of a volume: all of it, or what its user may. `accessOf` tells clients the same rule. */
export function guarded(volume: Volume, user: User): Volume {
  return !isWritable(volume) || user.uid === ROOT ? volume : new GuardedVolume(volume, user)
}

/** The same without limits, for what was already permitted as a whole. */
export function unguarded(volume: Volume): Volume {
  return volume instanceof GuardedVolume ? volume.whole : volume
}

/**
 * A volume as the modes and owners in it let a user have it, as on a disk of the client's own. The owner of a file
 * may read and write it whatever its mode says (RFC 1813 section 4.4): there is no open file here that outlives a
 * change of its mode, and the client asks before it opens one.
 */
class GuardedVolume implements WritableVolume {
  readonly writable = true
  readonly whole: WritableVolume
  readonly #user: User

  constructor(volume: WritableVolume, user: User) {
    this.whole = volume
    this.#user = user
  }

  get root(): NodeKey {
    return this.whole.root
  }

  attributes(key: NodeKey): Promise<Attributes> {
    return this.whole.attributes(key)
  }

  async lookup(directory: NodeKey, name: string): Promise<Found> {
    await this.#demand(directory, Access.LOOKUP)
    return this.whole.lookup(directory, name)
  }

  readlink(key: NodeKey): Promise<string> {
    return this.whole.readlink(key)
  }

  /** Who may run a program has to read it. */
  async read(key: NodeKey, offset: number, count: number, mayStay?: boolean): Promise<Chunk> {
    const attributes = await this.attributes(key)
    if (!this.#owns(attributes) && (this.#rights(attributes) & (Access.READ | Access.EXECUTE)) === 0)
      throw denied()
    return this.whole.read(key, offset, count, mayStay)
  }

  async list(directory: NodeKey): Promise<readonly Listed[]> {
    await this.#demand(directory, Access.READ)
    return this.whole.list(directory)
  }

  space(): Promise<Space> {
    return this.whole.space()
  }

  pathOf(key: NodeKey): string | undefined {
    return this.whole.pathOf(key)
  }

  exclusively<T>(action: () => Promise<T>): Promise<T> {
    return this.whole.exclusively(action)
  }

  async setAttributes(key: NodeKey, changes: AttributeChanges): Promise<void> {
    const attributes = await this.attributes(key)
    const { mode, size, accessed, modified } = changes
    const isOwner = this.#owns(attributes)
    const setsTime = [accessed, modified].some((time) => time !== undefined && time !== 'server')
    if (!isOwner && (mode !== undefined || setsTime)) throw notOwner()
    this.#checkOwners(changes, attributes)
    const writes = [size, accessed, modified].some((change) => change !== undefined)
    if (writes && !isOwner && (this.#rights(attributes) & Access.MODIFY) === 0) throw denied()
    await this.whole.setAttributes(key, changes)
  }

  async write(key: NodeKey, offset: number, data: Buffer, sync: boolean): Promise<void> {
    const attributes = await this.attributes(key)
    if (!this.#owns(attributes) && (this.#rights(attributes) & Access.MODIFY) === 0) throw denied()
    await this.whole.write(key, offset, data, sync)
  }

  commit(key: NodeKey): Promise<void> {
    return this.whole.commit(key)
  }

  async create(
    directory: NodeKey,
    name: string,
    node: NewNode,
    attributes: AttributeChanges,
  ): Promise<NodeKey> {
    await this.#demand(directory, Access.MODIFY | Access.LOOKUP)
    this.#checkOwners(attributes, this.#user)
    return this.whole.create(directory, name, node, attributes)
  }

  creationVerifier(key: NodeKey): Buffer | undefined {
    return this.whole.creationVerifier(key)
  }

  async link(key: NodeKey, directory: NodeKey, name: string): Promise<void> {
    await this.#demand(directory, Access.MODIFY | Access.LOOKUP)
    await this.whole.link(key, directory, name)
  }

  async remove(directory: NodeKey, name: string): Promise<void> {
    await this.#demandRemoval(directory, name)
    await this.whole.remove(directory, name)
  }

  async removeDirectory(directory: NodeKey, name: string): Promise<void> {
    await this.#demandRemoval(directory, name)
    await this.whole.removeDirectory(directory, name)
  }

  async rename(from: NodeKey, fromName: string, to: NodeKey, toName: string): Promise<void> {
    await this.#demandRemoval(from, fromName)
    await this.#demandRemoval(to, toName)
    await this.whole.rename(from, fromName, to, toName)
  }

  close(): Promise<void> {
    return this.whole.close()
  }

  #rights(attributes: Attributes): number {
    return accessOf(attributes, true, this.#user)
  }

  #owns({ uid }: Attributes): boolean {
    return this.#user.uid === uid
  }

  async #demand(key: NodeKey, rights: number): Promise<void> {
    if ((this.#rights(await this.attributes(key)) & rights) !== rights) throw denied()
  }

  /** In a sticky directory, such as /tmp, names go with who owns them. */
  async #demandRemoval(directory: NodeKey, name: string): Promise<void> {
    await this.#demand(directory, Access.MODIFY | Access.LOOKUP)
    const attributes = await this.attributes(directory)
    if ((attributes.mode & STICKY) === 0 || this.#owns(attributes)) return
    const named = await this.whole.lookup(directory, name).catch(ifAbsent)
    if (named !== undefined && !this.#owns(named.attributes)) throw notOwner()
  }

  /** Only root gives files away, and to other groups only who is in them. */
  #checkOwners({ uid, gid }: AttributeChanges, now: { readonly uid: number; readonly gid: number }): void {
    if (uid !== undefined && uid !== now.uid) throw notOwner()
    const groups = now.uid === this.#user.uid ? [now.gid, this.#user.gid, ...this.#user.gids] : [now.gid]
    if (gid !== undefined && !groups.includes(gid)) throw notOwner()
  }
}

const denied = () => new NfsError(Status.ACCES, 'the mode does not allow it')
const notOwner = () => new NfsError(Status.PERM, 'only its owner may')
