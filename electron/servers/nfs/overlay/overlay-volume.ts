import { randomBytes } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { FileType, type AttributeChanges } from '../../../protocols/nfs/attributes.ts'
import { Status } from '../../../protocols/nfs/status.ts'
import { ifAbsent, inNfsTerms } from '../volume/errors.ts'
import { checkChange } from '../volume/names.ts'
import {
  KEY_BYTES,
  NfsError,
  type Found,
  type NewNode,
  type NodeKey,
  type Volume,
  type WritableVolume,
} from '../volume/volume.ts'
import { Contents } from './contents.ts'
import { OverlayDraft, present, SIZE_LIMIT, sizeOf } from './draft.ts'
import { Journal } from './journal.ts'
import type { Change, NodeRecord } from './records.ts'
import { isOwn, OWN_KEY, type Layers } from './view.ts'

/**
 * An export that a client can write to. All of its changes are in a folder of their own, as a journal of names
 * and attributes and a file for each content, so that neither the export nor the rights and kinds of files that
 * this computer allows matter: a client's device nodes, owners and names are what it made them.
 */
export class OverlayVolume extends OverlayDraft implements WritableVolume {
  readonly writable = true
  readonly #journal: Journal
  readonly #folder: string
  #last: Promise<unknown> = Promise.resolve()

  /** Goes on with the changes that are kept in `folder`. `fsid` is that of `base`. */
  static async open(base: Volume, folder: string, fsid: bigint): Promise<OverlayVolume> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const journal = await Journal.open(join(folder, 'journal'))
    const { state } = journal
    const contents = await Contents.open(
      join(folder, 'contents'),
      (key) => state.nodes.get(key)?.hasContent === true,
    )
    return new OverlayVolume({ base, state, contents, fsid }, journal, folder)
  }

  private constructor(layers: Layers, journal: Journal, folder: string) {
    super(layers)
    this.#journal = journal
    this.#folder = folder
  }

  exclusively<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#last.then(action)
    this.#last = result.catch(() => undefined)
    return result
  }

  setAttributes(key: NodeKey, changes: AttributeChanges): Promise<void> {
    return inNfsTerms(async () => {
      let record = await this.recordOf(key)
      const { size, mode, uid, gid, accessed, modified } = changes
      if (size !== undefined) {
        if (record.type === FileType.DIRECTORY) throw new NfsError(Status.ISDIR, 'a directory')
        record = await this.withContent(record, size)
        await this.layers.contents.resize(key, Number(size))
      }
      const now = present()
      const times = {
        ...(accessed === undefined ? {} : { accessed: accessed === 'server' ? now : accessed }),
        ...(modified === undefined ? {} : { modified: modified === 'server' ? now : modified }),
      }
      const owners = { mode: (mode ?? record.mode) & 0o7777, uid: uid ?? record.uid, gid: gid ?? record.gid }
      await this.#journal.append([{ put: { ...record, ...owners, ...times, changed: now } }])
    })
  }

  write(key: NodeKey, offset: number, data: Buffer, sync: boolean): Promise<void> {
    return inNfsTerms(async () => {
      if (BigInt(offset) + BigInt(data.length) > SIZE_LIMIT) throw new NfsError(Status.FBIG, 'too large')
      const before = await this.recordOf(key)
      const record = await this.withContent(before, SIZE_LIMIT)
      await this.layers.contents.write(key, offset, data, sync)
      if (record !== before) await this.#journal.append([{ put: record }])
    })
  }

  commit(key: NodeKey): Promise<void> {
    return inNfsTerms(async () => {
      if ((await this.recordOf(key)).hasContent) await this.layers.contents.sync(key)
    })
  }

  create(directory: NodeKey, name: string, node: NewNode, attributes: AttributeChanges): Promise<NodeKey> {
    return inNfsTerms(async () => {
      await this.free(directory, name)
      const key = OWN_KEY + randomBytes(KEY_BYTES - 1).toString('hex')
      const now = present()
      const hasContent = node.type === FileType.REGULAR
      const record: NodeRecord = {
        key,
        type: node.type,
        mode: (attributes.mode ?? (node.type === FileType.DIRECTORY ? 0o755 : 0o644)) & 0o7777,
        uid: attributes.uid ?? 0,
        gid: attributes.gid ?? 0,
        links: 1,
        device: 'device' in node ? node.device : { major: 0, minor: 0 },
        // Far from the numbers that disks give to files.
        fileid: (BigInt(`0x${key.slice(2, 16)}`) | (1n << 62n)).toString(),
        changed: now,
        ...(hasContent ? {} : { accessed: now, modified: now }),
        hasContent,
        ...('target' in node ? { target: node.target } : {}),
        ...(node.type === FileType.DIRECTORY ? { parent: directory } : {}),
        ...('verifier' in node ? { verifier: node.verifier.toString('hex') } : {}),
      }
      if (hasContent) {
        await this.layers.contents.make(key)
        if (attributes.size !== undefined) await this.layers.contents.resize(key, sizeOf(attributes.size))
      }
      await this.#journal.append([
        { put: record },
        { name: { directory, name }, means: key },
        await this.touched(directory),
      ])
      return key
    })
  }

  creationVerifier(key: NodeKey): Buffer | undefined {
    const verifier = this.record(key)?.verifier
    return verifier === undefined ? undefined : Buffer.from(verifier, 'hex')
  }

  link(key: NodeKey, directory: NodeKey, name: string): Promise<void> {
    return inNfsTerms(async () => {
      const record = await this.recordOf(key)
      if (record.type === FileType.DIRECTORY) throw new NfsError(Status.ISDIR, 'a directory has one name')
      await this.free(directory, name)
      await this.#journal.append([
        { put: { ...record, links: record.links + 1, changed: present() } },
        { name: { directory, name }, means: key },
        await this.touched(directory),
      ])
    })
  }

  remove(directory: NodeKey, name: string): Promise<void> {
    return inNfsTerms(async () => {
      checkChange(name)
      const found = await this.lookup(directory, name)
      if (found.attributes.type === FileType.DIRECTORY) throw new NfsError(Status.ISDIR, 'a directory')
      await this.#unlink(directory, name, found, [])
    })
  }

  removeDirectory(directory: NodeKey, name: string): Promise<void> {
    return inNfsTerms(async () => {
      checkChange(name)
      const found = await this.lookup(directory, name)
      await this.empty(found)
      await this.#unlink(directory, name, found, [])
    })
  }

  rename(from: NodeKey, fromName: string, to: NodeKey, toName: string): Promise<void> {
    return inNfsTerms(async () => {
      checkChange(fromName)
      checkChange(toName)
      const source = await this.lookup(from, fromName)
      const target = await this.lookup(to, toName).catch(ifAbsent)
      if (target?.key === source.key) return
      const isDirectory = source.attributes.type === FileType.DIRECTORY
      if (target !== undefined) await this.replaceable(target, isDirectory)
      if (isDirectory) await this.outside(source.key, to)
      const record = await this.recordOf(source.key)
      const moved = isDirectory ? { ...record, parent: to } : record
      const changes: Change[] = [
        { put: { ...moved, changed: present() } },
        await this.without(from, fromName),
        { name: { directory: to, name: toName }, means: source.key },
        await this.touched(from),
      ]
      if (target !== undefined) await this.#unlink(to, toName, target, changes)
      else await this.#journal.append([...changes, await this.touched(to)])
    })
  }

  /** Takes all changes back, for good. The volume is closed by it. */
  async discard(): Promise<void> {
    await this.close()
    await rm(this.#folder, { recursive: true, force: true })
  }

  override async close(): Promise<void> {
    await this.#last
    await super.close()
    await this.#journal.close()
  }

  /** Takes a name from a node, and the node away with its last one, together with `others`. */
  async #unlink(directory: NodeKey, name: string, { key }: Found, others: readonly Change[]): Promise<void> {
    const record = await this.recordOf(key)
    const isLast = record.type === FileType.DIRECTORY || record.links <= 1
    const gone: Change = isOwn(key)
      ? { forget: key }
      : { put: { ...record, hasContent: false, isRemoved: true } }
    const fewer: Change = { put: { ...record, links: record.links - 1, changed: present() } }
    await this.#journal.append([
      await this.without(directory, name),
      ...others,
      isLast ? gone : fewer,
      await this.touched(directory),
    ])
    if (isLast && record.hasContent) await this.layers.contents.remove(key)
  }
}
