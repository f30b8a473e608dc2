import { FileType, type Time } from '../../../protocols/nfs/attributes.ts'
import { Status } from '../../../protocols/nfs/status.ts'
import { ifAbsent } from '../volume/errors.ts'
import { checkChange } from '../volume/names.ts'
import { NfsError, type Found, type NodeKey } from '../volume/volume.ts'
import type { Change, NodeRecord } from './records.ts'
import { isOwn, OverlayView } from './view.ts'

/** The largest file in bytes. */
export const SIZE_LIMIT = BigInt(Number.MAX_SAFE_INTEGER)

/** What the changes of an overlay are made of, and what has to be true before one is made. */
export class OverlayDraft extends OverlayView {
  /** The record of a node, made from what the export says if there is none yet. */
  protected async recordOf(key: NodeKey): Promise<NodeRecord> {
    const known = this.record(key)
    if (known !== undefined) return known
    const { base } = this.layers
    const { type, mode, uid, gid, links, device, fileid, accessed, modified, changed } =
      await base.attributes(key)
    const target = type === FileType.SYMLINK ? { target: await base.readlink(key) } : {}
    // One link says nothing of how many directories there are in a directory.
    const own = { links: type === FileType.DIRECTORY ? 1 : links, fileid: fileid.toString() }
    return {
      key,
      type,
      mode,
      uid,
      gid,
      device,
      accessed,
      modified,
      changed,
      hasContent: false,
      ...own,
      ...target,
    }
  }

  /** A record with content of its own, of which `length` bytes are wanted, and with the times of that. */
  protected async withContent(record: NodeRecord, length: bigint): Promise<NodeRecord> {
    if (record.type !== FileType.REGULAR) throw new NfsError(Status.INVAL, 'not a regular file')
    if (length > SIZE_LIMIT) throw new NfsError(Status.FBIG, 'too large')
    if (record.hasContent && record.modified === undefined) return record
    if (!record.hasContent) await this.layers.contents.copy(record.key, this.layers.base, Number(length))
    const { accessed: _, modified: __, ...rest } = record
    return { ...rest, hasContent: true }
  }

  /** What marks a directory as changed now. */
  protected async touched(directory: NodeKey): Promise<Change> {
    const now = present()
    return { put: { ...(await this.recordOf(directory)), modified: now, changed: now } }
  }

  /** What makes a name be gone. */
  protected async without(directory: NodeKey, name: string): Promise<Change> {
    const isInBase =
      !isOwn(directory) && (await this.layers.base.lookup(directory, name).catch(ifAbsent)) !== undefined
    return isInBase
      ? { name: { directory, name }, hidden: true }
      : { name: { directory, name }, dropped: true }
  }

  /** Throws unless `name` can be made in `directory`. */
  protected async free(directory: NodeKey, name: string): Promise<void> {
    checkChange(name)
    if ((await this.lookup(directory, name).catch(ifAbsent)) !== undefined)
      throw new NfsError(Status.EXIST, 'the name exists')
  }

  protected async replaceable(target: Found, byDirectory: boolean): Promise<void> {
    if (byDirectory) return this.empty(target)
    if (target.attributes.type === FileType.DIRECTORY) throw new NfsError(Status.ISDIR, 'a directory')
  }

  protected async empty({ key, attributes }: Found): Promise<void> {
    if (attributes.type !== FileType.DIRECTORY) throw new NfsError(Status.NOTDIR, 'not a directory')
    if ((await this.list(key)).length > 0) throw new NfsError(Status.NOTEMPTY, 'not empty')
  }

  /** Throws when `inside` is the directory `key` or below it. */
  protected async outside(key: NodeKey, inside: NodeKey): Promise<void> {
    for (let each = inside; ; each = (await this.lookup(each, '..')).key) {
      if (each === key) throw new NfsError(Status.INVAL, 'a directory cannot be moved into itself')
      if (each === this.root) return
    }
  }
}

export function present(): Time {
  const now = Date.now()
  return { seconds: Math.floor(now / 1000), nanoseconds: (now % 1000) * 1_000_000 }
}

export function sizeOf(size: bigint): number {
  if (size > SIZE_LIMIT) throw new NfsError(Status.FBIG, 'too large')
  return Number(size)
}
