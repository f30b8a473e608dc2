/** The data types that the procedures of NFS version 2 share (RFC 1094 section 2.3). */
import type { Reader, Writer } from '../../bytes.ts'
import { readFixedOpaque, readString, writeFixedOpaque } from '../../sunrpc/xdr.ts'
import {
  FileType,
  type AttributeChanges,
  type Attributes,
  type Time,
  type TimeChange,
} from '../attributes.ts'
import { Status, statusOfVersion2, type Result } from '../status.ts'

/** `FHSIZE`. */
export const HANDLE_SIZE = 32
/** `MAXDATA`: the most bytes of one READ or WRITE. */
export const DATA_LIMIT = 8192
/** Longer than `MAXNAMLEN`, so that a name of 256 bytes is an error of its own kind. */
const NAME_LIMIT = 1024
/** `MAXPATHLEN`. */
const PATH_LIMIT = 1024

const BLOCK_SIZE = 4096
const UNSET = 0xffffffff
const LARGEST = 0xffffffffn

/** The upper bits of `mode`, which version 2 repeats the type in. */
const TYPE_BITS: Readonly<Record<FileType, number>> = {
  [FileType.REGULAR]: 0o100000,
  [FileType.DIRECTORY]: 0o040000,
  [FileType.BLOCK]: 0o060000,
  [FileType.CHARACTER]: 0o020000,
  [FileType.SYMLINK]: 0o120000,
  [FileType.SOCKET]: 0o140000,
  [FileType.FIFO]: 0o010000,
}

export function readHandle(reader: Reader, field = 'fhandle'): Buffer {
  return readFixedOpaque(reader, HANDLE_SIZE, field)
}

export function writeHandle(writer: Writer, handle: Uint8Array): void {
  writeFixedOpaque(writer, handle)
}

/** `diropargs`: a name in a directory. */
export interface DirectoryEntry {
  readonly directory: Buffer
  readonly name: string
}

export function readDirectoryEntry(reader: Reader): DirectoryEntry {
  return { directory: readHandle(reader, 'dir'), name: readString(reader, NAME_LIMIT, 'filename') }
}

export function readPath(reader: Reader): string {
  return readString(reader, PATH_LIMIT, 'path')
}

/** `fattr`: 17 words. What does not fit into 32 bits is told as the largest number that does. */
export function writeAttributes(writer: Writer, attributes: Attributes): void {
  const { type, mode, links, uid, gid, size, used, device, fsid, fileid } = attributes
  writer
    .u32(type)
    .u32(TYPE_BITS[type] | mode)
    .u32(links)
    .u32(uid)
    .u32(gid)
    .u32(clamp(size))
    .u32(BLOCK_SIZE)
    .u32(((device.major << 8) | device.minor) >>> 0)
    .u32(clamp((used + 511n) / 512n))
    .u32(fold(fsid))
    .u32(fold(fileid))
  for (const time of [attributes.accessed, attributes.modified, attributes.changed])
    writer.u32(time.seconds).u32(Math.floor(time.nanoseconds / 1000))
}

/** A number of 64 bits as one of 32 that is as unlikely to be used twice. */
export function fold(value: bigint): number {
  return Number((value ^ (value >> 32n)) & LARGEST)
}

export function clamp(value: bigint): number {
  return Number(value > LARGEST ? LARGEST : value)
}

/** `sattr`: a field of all ones stays as it is. */
export function readAttributeChanges(reader: Reader): AttributeChanges {
  const mode = reader.u32('mode')
  const uid = reader.u32('uid')
  const gid = reader.u32('gid')
  const size = reader.u32('size')
  const accessed = readTimeChange(reader, 'atime')
  const modified = readTimeChange(reader, 'mtime')
  return {
    ...(mode === UNSET ? {} : { mode: mode & 0o7777 }),
    ...(uid === UNSET ? {} : { uid }),
    ...(gid === UNSET ? {} : { gid }),
    ...(size === UNSET ? {} : { size: BigInt(size) }),
    ...(accessed === undefined ? {} : { accessed }),
    ...(modified === undefined ? {} : { modified }),
  }
}

/** A million microseconds is how clients of version 2 ask for the server's own time. */
const SERVER_TIME = 1_000_000

function readTimeChange(reader: Reader, field: string): TimeChange | undefined {
  const seconds = reader.u32(`${field} seconds`)
  const microseconds = reader.u32(`${field} useconds`)
  if (seconds === UNSET) return undefined
  if (microseconds === SERVER_TIME) return 'server'
  return timeOf(seconds, microseconds)
}

function timeOf(seconds: number, microseconds: number): Time {
  return { seconds, nanoseconds: microseconds < SERVER_TIME ? microseconds * 1000 : 0 }
}

/** `attrstat`, the results of GETATTR, SETATTR and WRITE (RFC 1094 section 2.3.8). */
export type AttributesResult = Result<{ readonly attributes: Attributes }>

export function writeAttributesResult(writer: Writer, result: AttributesResult): void {
  writeStatus(writer, result)
  if (result.status === Status.OK) writeAttributes(writer, result.attributes)
}

/** `diropres`, the results of LOOKUP, CREATE and MKDIR (RFC 1094 section 2.3.10). */
export type DirectoryEntryResult = Result<{ readonly handle: Uint8Array; readonly attributes: Attributes }>

export function writeDirectoryEntryResult(writer: Writer, result: DirectoryEntryResult): void {
  writeStatus(writer, result)
  if (result.status !== Status.OK) return
  writeHandle(writer, result.handle)
  writeAttributes(writer, result.attributes)
}

/** The results of REMOVE, RENAME, LINK, SYMLINK and RMDIR, and the start of all others. */
export function writeStatus(writer: Writer, { status }: Result<unknown>): void {
  writer.u32(statusOfVersion2(status))
}
