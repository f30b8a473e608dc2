/** RENAME and LINK (RFC 1813 sections 3.3.14 and 3.3.15). */
import type { Reader, Writer } from '../../bytes.ts'
import type { Attributes } from '../attributes.ts'
import type { Status } from '../status.ts'
import {
  readDirectoryEntry,
  readHandle,
  writePostOp,
  writeWcc,
  type DirectoryEntry,
  type WeakCacheConsistency,
} from './attributes.ts'

export interface RenameArguments {
  readonly from: DirectoryEntry
  readonly to: DirectoryEntry
}

export function readRenameArguments(reader: Reader): RenameArguments {
  return { from: readDirectoryEntry(reader), to: readDirectoryEntry(reader) }
}

/** The same is told whether it was done or not. */
export interface RenameResult {
  readonly status: Status
  readonly from: WeakCacheConsistency
  readonly to: WeakCacheConsistency
}

export function writeRenameResult(writer: Writer, result: RenameResult): void {
  writer.u32(result.status)
  writeWcc(writer, result.from)
  writeWcc(writer, result.to)
}

export interface LinkArguments {
  readonly file: Buffer
  readonly link: DirectoryEntry
}

export function readLinkArguments(reader: Reader): LinkArguments {
  return { file: readHandle(reader), link: readDirectoryEntry(reader) }
}

export interface LinkResult {
  readonly status: Status
  readonly attributes: Attributes | undefined
  readonly directory: WeakCacheConsistency
}

export function writeLinkResult(writer: Writer, result: LinkResult): void {
  writer.u32(result.status)
  writePostOp(writer, result.attributes)
  writeWcc(writer, result.directory)
}
