/** FSSTAT, FSINFO and PATHCONF (RFC 1813 sections 3.3.18 to 3.3.20); their argument is a handle. */
import type { Writer } from '../../bytes.ts'
import { writeBoolean } from '../../sunrpc/xdr.ts'
import type { Attributes, Time } from '../attributes.ts'
import { Status, type Result } from '../status.ts'
import { writePostOp } from './attributes.ts'

interface OfRoot {
  readonly attributes: Attributes | undefined
}

/** Bytes and numbers of files; `available` is what one who is not root may use. */
export interface Space {
  readonly totalBytes: bigint
  readonly freeBytes: bigint
  readonly availableBytes: bigint
  readonly totalFiles: bigint
  readonly freeFiles: bigint
  readonly availableFiles: bigint
}

export type FsstatResult = Result<OfRoot & { readonly space: Space }, OfRoot>

export function writeFsstatResult(writer: Writer, result: FsstatResult): void {
  writer.u32(result.status)
  writePostOp(writer, result.attributes)
  if (result.status !== Status.OK) return
  const { totalBytes, freeBytes, availableBytes, totalFiles, freeFiles, availableFiles } = result.space
  for (const value of [totalBytes, freeBytes, availableBytes, totalFiles, freeFiles, availableFiles])
    writer.u64(value)
  // invarsec: the values may change at once.
  writer.u32(0)
}

/** The largest, best and granular sizes of reads, writes and listings, in bytes. */
export interface Sizes {
  readonly readMaximum: number
  readonly readPreferred: number
  readonly writeMaximum: number
  readonly writePreferred: number
  readonly listingPreferred: number
  readonly maximumFileSize: bigint
  /** The resolution of times. */
  readonly timeDelta: Time
  readonly properties: number
}

/** The bits of `properties`. */
export const FsinfoProperty = { LINK: 1, SYMLINK: 2, HOMOGENEOUS: 8, CANSETTIME: 16 } as const

export type FsinfoResult = Result<OfRoot & { readonly sizes: Sizes }, OfRoot>

const MULTIPLE = 4096

export function writeFsinfoResult(writer: Writer, result: FsinfoResult): void {
  writer.u32(result.status)
  writePostOp(writer, result.attributes)
  if (result.status !== Status.OK) return
  const { sizes } = result
  writer.u32(sizes.readMaximum).u32(sizes.readPreferred).u32(MULTIPLE)
  writer.u32(sizes.writeMaximum).u32(sizes.writePreferred).u32(MULTIPLE)
  writer.u32(sizes.listingPreferred).u64(sizes.maximumFileSize)
  writer.u32(sizes.timeDelta.seconds).u32(sizes.timeDelta.nanoseconds).u32(sizes.properties)
}

export interface PathLimits {
  readonly maximumLinks: number
  readonly maximumName: number
}

export type PathconfResult = Result<OfRoot & { readonly limits: PathLimits }, OfRoot>

/** Names that are too long are refused, only root may give files away, and case is told apart and kept. */
export function writePathconfResult(writer: Writer, result: PathconfResult): void {
  writer.u32(result.status)
  writePostOp(writer, result.attributes)
  if (result.status !== Status.OK) return
  writer.u32(result.limits.maximumLinks).u32(result.limits.maximumName)
  writeBoolean(writer, true)
  writeBoolean(writer, true)
  writeBoolean(writer, false)
  writeBoolean(writer, true)
}
