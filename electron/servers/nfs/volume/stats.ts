import type { BigIntStats } from 'node:fs'
import { FileType, type Attributes, type Device, type Time } from '../../../protocols/nfs/attributes.ts'

/** What the operating system tells of a file, by whichever call it was asked. */
export interface Stats {
  /** Undefined for a kind of file that NFS has no name for. */
  readonly type: FileType | undefined
  readonly mode: number
  readonly links: number
  readonly uid: number
  readonly gid: number
  /** In bytes; `used` is what it takes of the disk. */
  readonly size: bigint
  readonly used: bigint
  readonly special: Device
  /** The number of the disk, of the file on it, and when it was made, in nanoseconds. */
  readonly disk: bigint
  readonly inode: bigint
  readonly born: bigint
  readonly accessed: Time
  readonly modified: Time
  readonly changed: Time
}

const TYPE_BITS = 0o170000
const TYPES: Readonly<Record<number, FileType>> = {
  0o100000: FileType.REGULAR,
  0o040000: FileType.DIRECTORY,
  0o120000: FileType.SYMLINK,
  0o020000: FileType.CHARACTER,
  0o060000: FileType.BLOCK,
  0o010000: FileType.FIFO,
  0o140000: FileType.SOCKET,
}

/** `mode` holds the type as well, as `st_mode` does. */
export function fileTypeOf(mode: number): FileType | undefined {
  return TYPES[mode & TYPE_BITS]
}

export function statsOf(stats: BigIntStats): Stats {
  const mode = Number(stats.mode)
  return {
    type: fileTypeOf(mode),
    mode: mode & 0o7777,
    links: Number(stats.nlink),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    size: stats.size,
    used: stats.blocks * 512n,
    special: { major: Number((stats.rdev >> 8n) & 0xfffn), minor: Number(stats.rdev & 0xffn) },
    disk: stats.dev,
    inode: stats.ino,
    born: stats.birthtimeNs,
    accessed: timeOf(stats.atimeNs),
    modified: timeOf(stats.mtimeNs),
    changed: timeOf(stats.ctimeNs),
  }
}

export function attributesOf(stats: Stats, type: FileType, fsid: bigint, fileid: bigint): Attributes {
  const { mode, links, uid, gid, size, used, special, accessed, modified, changed } = stats
  return {
    type,
    mode,
    links,
    uid,
    gid,
    size,
    used,
    device: special,
    fsid,
    fileid,
    accessed,
    modified,
    changed,
  }
}

const LAST_SECOND = 0xffff_ffff

/** Before 1970 and after 2106 there are no times in NFS. */
export function timeFrom(seconds: number, nanoseconds: number): Time {
  return seconds < 0
    ? { seconds: 0, nanoseconds: 0 }
    : { seconds: Math.min(seconds, LAST_SECOND), nanoseconds }
}

export function isSameTime(one: Time, other: Time): boolean {
  return one.seconds === other.seconds && one.nanoseconds === other.nanoseconds
}

function timeOf(nanoseconds: bigint): Time {
  if (nanoseconds < 0n) return timeFrom(-1, 0)
  return timeFrom(Number(nanoseconds / 1_000_000_000n), Number(nanoseconds % 1_000_000_000n))
}
