/** Universal files: one file for several processors (mach-o/fat.h). Big-endian, whatever is inside. */
import { DecodeError, Reader, Writer } from '../protocols/bytes.ts'
import { architectureName, type ProcessorType } from './macho-architectures.ts'

export interface FatSlice extends ProcessorType {
  readonly architecture: string
  /** In bytes from the start of the universal file. */
  readonly offset: number
  readonly size: number
}

const MAGIC = 0xcafebabe
/** Java classes have the same magic, and a version of 45 or more where the count of slices is. */
const SLICE_LIMIT = 32
const HEADER = 8
const SLICE = 20
const ALIGNMENT = 16

export function isFat(head: Uint8Array): boolean {
  const bytes = Buffer.from(head.subarray(0, HEADER))
  return bytes.length === HEADER && bytes.readUInt32BE(0) === MAGIC && bytes.readUInt32BE(4) <= SLICE_LIMIT
}

/** The slices of a universal file. Later parts of it may be missing. */
export function readFat(bytes: Uint8Array): FatSlice[] {
  if (!isFat(bytes)) throw new DecodeError('unrecognised', 'fat header', 0)
  const reader = new Reader(bytes)
  reader.skip(4, 'magic')
  return Array.from({ length: reader.u32('nfat_arch') }, () => {
    const cpuType = reader.u32('cputype')
    const cpuSubtype = reader.u32('cpusubtype')
    const offset = reader.u32('offset')
    const size = reader.u32('size')
    reader.skip(4, 'align')
    return { cpuType, cpuSubtype, architecture: architectureName(cpuType, cpuSubtype), offset, size }
  })
}

/** The bytes of one slice. */
export function sliceOf(bytes: Uint8Array, { offset, size }: FatSlice): Uint8Array {
  if (offset + size > bytes.length)
    throw new DecodeError('truncated', 'fat slice', offset, `${size} bytes needed`)
  return bytes.subarray(offset, offset + size)
}

/** One universal file out of parts for different processors. */
export function writeFat(parts: readonly (ProcessorType & { readonly bytes: Uint8Array })[]): Buffer {
  const writer = new Writer()
  writer.u32(MAGIC).u32(parts.length)
  let offset = aligned(HEADER + SLICE * parts.length)
  for (const { cpuType, cpuSubtype, bytes } of parts) {
    writer.u32(cpuType).u32(cpuSubtype).u32(offset).u32(bytes.length).u32(Math.log2(ALIGNMENT))
    offset = aligned(offset + bytes.length)
  }
  for (const { bytes } of parts) {
    writer.zeros(aligned(writer.length) - writer.length)
    writer.bytes(bytes)
  }
  return writer.finish()
}

function aligned(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT
}

/**
 * The part of a Mach-O file that is for this architecture: the file itself when it is for no other, undefined
 * when it has none.
 * @param architectureOf reads the architecture of a file that is not universal
 */
export function thin(
  bytes: Uint8Array,
  architecture: string,
  architectureOf: (bytes: Uint8Array) => string,
): Uint8Array | undefined {
  if (!isFat(bytes)) return architectureOf(bytes) === architecture ? bytes : undefined
  const slice = readFat(bytes).find((one) => one.architecture === architecture)
  return slice === undefined ? undefined : sliceOf(bytes, slice)
}
