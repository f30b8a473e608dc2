/** CREATE, MKDIR, SYMLINK and MKNOD (RFC 1813 sections 3.3.8 to 3.3.11). */
import { DecodeError, type Reader, type Writer } from '../../bytes.ts'
import { readFixedOpaque } from '../../sunrpc/xdr.ts'
import { FileType, type AttributeChanges, type Attributes, type Device } from '../attributes.ts'
import { Status, type Result } from '../status.ts'
import {
  readAttributeChanges,
  readDirectoryEntry,
  readPath,
  writePostOp,
  writePostOpHandle,
  writeWcc,
  type DirectoryEntry,
  type WeakCacheConsistency,
} from './attributes.ts'

/** `createhow3`. The verifier of an exclusive creation tells a repeated call from a second creator. */
export type CreateHow =
  | { readonly mode: 'unchecked' | 'guarded'; readonly attributes: AttributeChanges }
  | { readonly mode: 'exclusive'; readonly verifier: Buffer }

export interface CreateArguments {
  readonly where: DirectoryEntry
  readonly how: CreateHow
}

export function readCreateArguments(reader: Reader): CreateArguments {
  return { where: readDirectoryEntry(reader), how: readCreateHow(reader) }
}

function readCreateHow(reader: Reader): CreateHow {
  const at = reader.offset
  const mode = reader.u32('createmode3')
  switch (mode) {
    case 0:
      return { mode: 'unchecked', attributes: readAttributeChanges(reader) }
    case 1:
      return { mode: 'guarded', attributes: readAttributeChanges(reader) }
    case 2:
      return { mode: 'exclusive', verifier: readFixedOpaque(reader, 8, 'createverf3') }
    default:
      throw new DecodeError('invalid', 'createmode3', at, `${mode} is no createmode3`)
  }
}

export interface MkdirArguments {
  readonly where: DirectoryEntry
  readonly attributes: AttributeChanges
}

export function readMkdirArguments(reader: Reader): MkdirArguments {
  return { where: readDirectoryEntry(reader), attributes: readAttributeChanges(reader) }
}

export interface SymlinkArguments {
  readonly where: DirectoryEntry
  readonly attributes: AttributeChanges
  readonly target: string
}

export function readSymlinkArguments(reader: Reader): SymlinkArguments {
  return {
    where: readDirectoryEntry(reader),
    attributes: readAttributeChanges(reader),
    target: readPath(reader),
  }
}

export interface MknodArguments {
  readonly where: DirectoryEntry
  readonly type: FileType
  readonly attributes: AttributeChanges
  readonly device: Device
}

export function readMknodArguments(reader: Reader): MknodArguments {
  const where = readDirectoryEntry(reader)
  const at = reader.offset
  const type = reader.u32('ftype3')
  const device = { major: 0, minor: 0 }
  switch (type) {
    case FileType.CHARACTER:
    case FileType.BLOCK:
      return {
        where,
        type,
        attributes: readAttributeChanges(reader),
        device: { major: reader.u32('specdata1'), minor: reader.u32('specdata2') },
      }
    case FileType.SOCKET:
    case FileType.FIFO:
      return { where, type, attributes: readAttributeChanges(reader), device }
    case FileType.REGULAR:
    case FileType.DIRECTORY:
    case FileType.SYMLINK:
      return { where, type, attributes: {}, device }
    default:
      throw new DecodeError('invalid', 'ftype3', at, `${type} is no ftype3`)
  }
}

interface OfDirectory {
  readonly directory: WeakCacheConsistency
}

export type CreateResult = Result<
  OfDirectory & { readonly handle: Uint8Array | undefined; readonly attributes: Attributes | undefined },
  OfDirectory
>

/** The results of all four. */
export function writeCreateResult(writer: Writer, result: CreateResult): void {
  writer.u32(result.status)
  if (result.status === Status.OK) {
    writePostOpHandle(writer, result.handle)
    writePostOp(writer, result.attributes)
  }
  writeWcc(writer, result.directory)
}
