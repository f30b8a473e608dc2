/** The calls of `node:fs` that volumes make, by descriptor where there is one, all of them asynchronous. */
import * as fs from 'node:fs'
import { promisify } from 'node:util'
import { FileType, type Attributes, type Time } from '../../../protocols/nfs/attributes.ts'
import type { Space } from '../../../protocols/nfs/v3/filesystem.ts'

export type Stats = fs.BigIntStats

export const open = promisify(fs.open)
export const close = promisify(fs.close)
export const readlink = promisify(fs.readlink)
export const fdatasync = promisify(fs.fdatasync)
export const ftruncate = promisify(fs.ftruncate)
export const futimes = promisify(fs.futimes)

export function fstat(fd: number): Promise<Stats> {
  return promisify(fs.fstat)(fd, { bigint: true })
}

export function lstat(path: string): Promise<Stats> {
  return promisify(fs.lstat)(path, { bigint: true })
}

/** Up to `length` bytes from `offset`; fewer only where the file ends. */
export async function readAt(fd: number, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length)
  let filled = 0
  while (filled < length) {
    const read = await readOnce(fd, buffer, filled, length - filled, offset + filled)
    if (read === 0) break
    filled += read
  }
  return buffer.subarray(0, filled)
}

export async function writeAt(fd: number, offset: number, data: Buffer): Promise<void> {
  let written = 0
  while (written < data.length)
    written += await writeOnce(fd, data, written, data.length - written, offset + written)
}

/** The names in a directory that are UTF-8: others cannot be asked for, and so are not told of. */
export async function readNames(path: string): Promise<string[]> {
  const names = await promisify(fs.readdir)(path, { encoding: 'buffer' })
  return names.filter(isUtf8).map((name) => name.toString('utf8'))
}

export async function spaceOf(path: string): Promise<Space> {
  const { blocks, bfree, bavail, bsize, files, ffree } = await promisify(fs.statfs)(path, { bigint: true })
  return {
    totalBytes: blocks * bsize,
    freeBytes: bfree * bsize,
    availableBytes: bavail * bsize,
    totalFiles: files,
    freeFiles: ffree,
    availableFiles: ffree,
  }
}

/** Undefined for a kind of file that NFS has no name for. */
export function fileTypeOf(stats: Stats): FileType | undefined {
  if (stats.isFile()) return FileType.REGULAR
  if (stats.isDirectory()) return FileType.DIRECTORY
  if (stats.isSymbolicLink()) return FileType.SYMLINK
  if (stats.isCharacterDevice()) return FileType.CHARACTER
  if (stats.isBlockDevice()) return FileType.BLOCK
  if (stats.isFIFO()) return FileType.FIFO
  return stats.isSocket() ? FileType.SOCKET : undefined
}

export function attributesOf(stats: Stats, type: FileType, fsid: bigint, fileid: bigint): Attributes {
  return {
    type,
    mode: Number(stats.mode & 0o7777n),
    links: Number(stats.nlink),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    size: stats.size,
    used: stats.blocks * 512n,
    device: { major: Number((stats.rdev >> 8n) & 0xfffn), minor: Number(stats.rdev & 0xffn) },
    fsid,
    fileid,
    accessed: timeOf(stats.atimeNs),
    modified: timeOf(stats.mtimeNs),
    changed: timeOf(stats.ctimeNs),
  }
}

/** Before 1970 and after 2106 there are no times in NFS. */
export function timeOf(nanoseconds: bigint): Time {
  if (nanoseconds < 0n) return { seconds: 0, nanoseconds: 0 }
  const seconds = Math.min(Number(nanoseconds / 1_000_000_000n), 0xffffffff)
  return { seconds, nanoseconds: Number(nanoseconds % 1_000_000_000n) }
}

function readOnce(fd: number, buffer: Buffer, at: number, length: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(fd, buffer, at, length, position, (error, read) =>
      error === null ? resolve(read) : reject(error),
    )
  })
}

function writeOnce(fd: number, data: Buffer, at: number, length: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.write(fd, data, at, length, position, (error, written) =>
      error === null ? resolve(written) : reject(error),
    )
  })
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function isUtf8(name: Buffer): boolean {
  try {
    utf8.decode(name)
    return true
  } catch {
    return false
  }
}
