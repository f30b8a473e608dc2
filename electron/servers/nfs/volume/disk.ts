/** The calls of `node:fs` that volumes make, by descriptor where there is one, all of them asynchronous. */
import * as fs from 'node:fs'
import { promisify } from 'node:util'
import type { Space } from '../../../protocols/nfs/v3/filesystem.ts'
import { statsOf, type Stats } from './stats.ts'

export const open = promisify(fs.open)
export const close = promisify(fs.close)
export const readlink = promisify(fs.readlink)
export const fdatasync = promisify(fs.fdatasync)
export const ftruncate = promisify(fs.ftruncate)
export const futimes = promisify(fs.futimes)

export async function fstat(fd: number): Promise<Stats> {
  return statsOf(await promisify(fs.fstat)(fd, { bigint: true }))
}

export async function lstat(path: string): Promise<Stats> {
  return statsOf(await promisify(fs.lstat)(path, { bigint: true }))
}

/** Fills `into` from `offset`. The result is how many bytes there are; fewer only where the file ends. */
export async function readAt(fd: number, into: Buffer, offset: number): Promise<number> {
  let filled = 0
  while (filled < into.length) {
    const read = await readOnce(fd, into, filled, into.length - filled, offset + filled)
    if (read === 0) break
    filled += read
  }
  return filled
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
