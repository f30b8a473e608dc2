/** The data types that the procedures of NFS version 3 share (RFC 1813 sections 2.5 and 2.6). */
import { DecodeError, type Reader, type Writer } from '../../bytes.ts'
import { readOpaque, readOptional, readString, writeOpaque, writeOptional } from '../../sunrpc/xdr.ts'
import type { AttributeChanges, Attributes, Time, TimeChange } from '../attributes.ts'

/** `NFS3_FHSIZE`. */
const HANDLE_LIMIT = 64
/** Far longer than any name that exists, so that a name of 256 bytes is an error of its own kind. */
const NAME_LIMIT = 1024
const PATH_LIMIT = 4096

/** The size of `fattr3` in bytes. */
export const ATTRIBUTES_SIZE = 84

/** A file handle of any form; only its server can tell whether it is one. A view. */
export function readHandle(reader: Reader, field = 'nfs_fh3'): Buffer {
  return readOpaque(reader, HANDLE_LIMIT, field)
}

export function writeHandle(writer: Writer, handle: Uint8Array): void {
  writeOpaque(writer, handle)
}

export function readName(reader: Reader, field = 'filename3'): string {
  return readString(reader, NAME_LIMIT, field)
}

export function readPath(reader: Reader, field = 'nfspath3'): string {
  return readString(reader, PATH_LIMIT, field)
}

/** `diropargs3`: a name in a directory. */
export interface DirectoryEntry {
  readonly directory: Buffer
  readonly name: string
}

export function readDirectoryEntry(reader: Reader): DirectoryEntry {
  return { directory: readHandle(reader, 'dir'), name: readName(reader) }
}

export function writeAttributes(writer: Writer, attributes: Attributes): void {
  const { type, mode, links, uid, gid, size, used, device, fsid, fileid } = attributes
  writer.u32(type).u32(mode).u32(links).u32(uid).u32(gid).u64(size).u64(used)
  writer.u32(device.major).u32(device.minor).u64(fsid).u64(fileid)
  for (const time of [attributes.accessed, attributes.modified, attributes.changed]) writeTime(writer, time)
}

export function readTime(reader: Reader, field: string): Time {
  return { seconds: reader.u32(`${field} seconds`), nanoseconds: reader.u32(`${field} nanoseconds`) }
}

function writeTime(writer: Writer, { seconds, nanoseconds }: Time): void {
  writer.u32(seconds).u32(nanoseconds)
}

/** `post_op_attr`: attributes after the procedure, if they are known. */
export function writePostOp(writer: Writer, attributes: Attributes | undefined): void {
  writeOptional(writer, attributes, writeAttributes)
}

/** `post_op_fh3`. */
export function writePostOpHandle(writer: Writer, handle: Uint8Array | undefined): void {
  writeOptional(writer, handle, writeHandle)
}

/** `wcc_data`: the file before and after the procedure, by which a client knows whether its cache still holds. */
export interface WeakCacheConsistency {
  readonly before?: Attributes | undefined
  readonly after?: Attributes | undefined
}

export function writeWcc(writer: Writer, { before, after }: WeakCacheConsistency): void {
  writeOptional(writer, before, (each, { size, modified, changed }) => {
    each.u64(size)
    writeTime(each, modified)
    writeTime(each, changed)
  })
  writePostOp(writer, after)
}

/** `sattr3`. */
export function readAttributeChanges(reader: Reader): AttributeChanges {
  const mode = readOptional(reader, 'set_mode', (each) => each.u32('mode'))
  const uid = readOptional(reader, 'set_uid', (each) => each.u32('uid'))
  const gid = readOptional(reader, 'set_gid', (each) => each.u32('gid'))
  const size = readOptional(reader, 'set_size', (each) => each.u64('size'))
  const accessed = readTimeChange(reader, 'atime')
  const modified = readTimeChange(reader, 'mtime')
  return {
    ...(mode === undefined ? {} : { mode }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    ...(size === undefined ? {} : { size }),
    ...(accessed === undefined ? {} : { accessed }),
    ...(modified === undefined ? {} : { modified }),
  }
}

function readTimeChange(reader: Reader, field: string): TimeChange | undefined {
  const offset = reader.offset
  const how = reader.u32(`set_${field}`)
  switch (how) {
    case 0:
      return undefined
    case 1:
      return 'server'
    case 2:
      return readTime(reader, field)
    default:
      throw new DecodeError('invalid', `set_${field}`, offset, `${how} is no time_how`)
  }
}
