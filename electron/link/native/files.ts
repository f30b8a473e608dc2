/**
 * Calls of Linux that tell of files what the kernel has in memory, and fail where they would have to wait for a
 * disk. Elsewhere, and in a C library that does not know them, they always fail.
 */
import koffi from 'koffi'
import { constants } from 'node:fs'
import { fromLinux } from './library.ts'
import { closeDescriptor } from './sockets.ts'

/** `struct iovec`. */
interface Part {
  readonly base: Buffer
  readonly length: number
}

interface Library {
  preadv2(fd: number, parts: Part, count: number, offset: number, flags: number): number
  syscall(number: number, fd: number, name: string, how: Buffer, size: number): number
  statx(fd: number, name: string, flags: number, mask: number, into: Buffer): number
}

/** linux/fs.h. */
const RWF_NOWAIT = 8
/** The same number on every architecture. */
const SYS_OPENAT2 = 437
const O_PATH = 0o10000000
const O_CLOEXEC = 0o2000000
/** linux/openat2.h: fail where a name is not in memory, or leads to another file system. */
const RESOLVE_CACHED = 0x20n
const RESOLVE_NO_XDEV = 0x01n
const AT_EMPTY_PATH = 0x1000
/** STATX_BASIC_STATS and STATX_BTIME. */
const STATX_MASK = 0xfff
export const SIZE_OF_STATX = 256

const library = fromLinux((c): Library => {
  const part = koffi.pointer(koffi.struct({ base: 'void *', length: 'size_t' }))
  return {
    preadv2: c.func('preadv2', 'intptr_t', ['int', part, 'int', 'int64_t', 'int']),
    syscall: c.func(
      'intptr_t syscall(intptr_t number, int fd, const char *name, const void *how, size_t size)',
    ),
    statx: c.func('int statx(int fd, const char *name, int flags, unsigned int mask, void *into)'),
  }
})

/** Fills `into` from `offset` of a file. The number of bytes that are in memory, up to the first that is not. */
export function readAtOnce(fd: number, into: Buffer, offset: number): number {
  const c = library()
  if (c === undefined) return 0
  return Math.max(0, c.preadv2(fd, { base: into, length: into.length }, 1, offset, RWF_NOWAIT))
}

/** Puts the `struct statx` of an open file into `into`. Whether there is one. */
export function statxOf(fd: number, into: Buffer): boolean {
  const c = library()
  return c !== undefined && c.statx(fd, '', AT_EMPTY_PATH, STATX_MASK, into) === 0
}

/** The same of a name in an open directory, where a link is not followed. */
export function statxAtOnce(directory: number, name: string, into: Buffer): boolean {
  const c = library()
  const fd = c === undefined ? -1 : c.syscall(SYS_OPENAT2, directory, name, openHow(), openHow().length)
  if (fd < 0) return false
  const isThere = statxOf(fd, into)
  closeDescriptor(fd)
  return isThere
}

/** `struct open_how`. */
let how: Buffer | undefined
function openHow(): Buffer {
  if (how !== undefined) return how
  how = Buffer.alloc(24)
  how.writeBigUInt64LE(BigInt(O_PATH | O_CLOEXEC | constants.O_NOFOLLOW))
  how.writeBigUInt64LE(RESOLVE_CACHED | RESOLVE_NO_XDEV, 16)
  return how
}
