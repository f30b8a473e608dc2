/**
 * What can be known of files without waiting for a disk, because the kernel has it in memory: asked for on the
 * spot, where a turn through a thread costs many times as much. Linux only; elsewhere nothing is known at once.
 */
import { statfsSync } from 'node:fs'
import { SIZE_OF_STATX, statxAtOnce, statxOf } from '../../../link/native/files.ts'
import { fileTypeOf, timeFrom, type Stats } from './stats.ts'

/** `f_type` of file systems which keep all of an open file's attributes in memory, and ask no other computer. */
const LOCAL = new Set([
  0xef53, // ext2 to ext4
  0x58465342, // XFS
  0x9123683e, // Btrfs
  0xf2f52010, // F2FS
  0x01021994, // tmpfs
])

const found = Buffer.alloc(SIZE_OF_STATX)

/** Whether what is looked at in this folder's file system can be looked at without waiting. */
export function isLocal(folder: string): boolean {
  return process.platform === 'linux' && LOCAL.has(statfsSync(folder).type)
}

/**
 * What is at a name of an open directory, without following a link; undefined when that takes time to find out.
 * The directory has to be in a local file system.
 */
export function lookAtOnce(directory: number, name: string): Stats | undefined {
  return statxAtOnce(directory, name, found) ? decodeStatx() : undefined
}

/** The same of an open file. */
export function statsAtOnce(fd: number): Stats | undefined {
  return statxOf(fd, found) ? decodeStatx() : undefined
}

/** `struct statx` of statx(2), in the byte order of all machines that Node runs on. */
function decodeStatx(): Stats {
  const mode = found.readUInt16LE(28)
  return {
    type: fileTypeOf(mode),
    mode: mode & 0o7777,
    links: found.readUInt32LE(16),
    uid: found.readUInt32LE(20),
    gid: found.readUInt32LE(24),
    size: found.readBigUInt64LE(40),
    used: found.readBigUInt64LE(48) * 512n,
    special: { major: found.readUInt32LE(128), minor: found.readUInt32LE(132) },
    disk: makedev(found.readUInt32LE(136), found.readUInt32LE(140)),
    inode: found.readBigUInt64LE(32),
    born: found.readBigInt64LE(80) * 1_000_000_000n + BigInt(found.readUInt32LE(88)),
    accessed: timeAt(64),
    modified: timeAt(112),
    changed: timeAt(96),
  }
}

function timeAt(offset: number) {
  return timeFrom(Number(found.readBigInt64LE(offset)), found.readUInt32LE(offset + 8))
}

/** The number that stat(2) has for a disk. */
function makedev(major: number, minor: number): bigint {
  const high = BigInt(major & 0xfffff000) << 32n
  return high | (BigInt(minor & 0xffffff00) << 12n) | BigInt(((major & 0xfff) << 8) | (minor & 0xff))
}
