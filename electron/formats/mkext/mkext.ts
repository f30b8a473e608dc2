/**
 * Multi-extension archives: the kernel extensions that a boot loader hands to the kernel, as one file (xnu
 * libkern/libkern/mkext.h). All numbers are big-endian.
 */
import { DecodeError, Reader, Writer } from '../../protocols/bytes.ts'
import { adler32 } from '../adler32.ts'
import { isFat, readFat, sliceOf } from '../fat.ts'
import { architectureName, PC_ARCHITECTURES, type PcArchitecture } from '../macho-architectures.ts'
import type { PlistDictionary } from '../plist/plist.ts'
import { readVersion1, writeVersion1 } from './version1.ts'
import { readVersion2, writeVersion2 } from './version2.ts'

/** 1 is read up to Darwin 12, 2 from Darwin 10 on. */
export type MkextVersion = 1 | 2

export interface MkextEntry {
  /** The property list of the extension, as in its `Info.plist`. */
  readonly info: PlistDictionary
  /** The bundle's place on the disk it came from; version 1 has none. */
  readonly path?: string
  /** A Mach-O file for the archive's architecture. Extensions without code have none. */
  readonly executable?: Uint8Array
}

export interface Mkext {
  readonly version: MkextVersion
  readonly architecture: string
  readonly entries: readonly MkextEntry[]
}

/** The head, before what each version has of its own. */
const HEAD = 32
const MAGIC = 'MKXTMOSX'
const VERSIONS = { 1: 0x01008000, 2: 0x02002001 } as const
/** The checksum covers everything after itself. */
const CHECKED_FROM = 16
/** What one archive may unpack to, in bytes; boot loaders have room for 95 MB of one at the most. */
const UNPACKED_LIMIT = 256 * 1024 * 1024

export function isMkext(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(0, 8)).toString('latin1') === MAGIC
}

/** Counts down what a hostile archive may still unpack to, over all of its entries. */
export class Allowance {
  #left = UNPACKED_LIMIT

  take(size: number, field: string): number {
    this.#left -= size
    if (this.#left < 0) throw new DecodeError('oversized', field, 0, `${size} bytes more`)
    return size
  }
}

/** One for each architecture of a universal file, or the file itself. */
export function readMkexts(bytes: Uint8Array): Mkext[] {
  if (!isFat(bytes)) return [readMkext(bytes)]
  const allowance = new Allowance()
  return readFat(bytes).map((slice) => readMkext(sliceOf(bytes, slice), allowance))
}

/** @throws {DecodeError} also when its checksum is wrong: it was damaged, or changed by hand */
export function readMkext(bytes: Uint8Array, allowance = new Allowance()): Mkext {
  if (!isMkext(bytes)) throw new DecodeError('unrecognised', 'mkext magic', 0)
  const reader = new Reader(bytes)
  reader.skip(8, 'magic, signature')
  const length = reader.u32('length')
  if (length < HEAD) throw new DecodeError('invalid', 'length', 8, String(length))
  if (length > bytes.length)
    throw new DecodeError('truncated', 'mkext', bytes.length, `${length} bytes needed`)
  const checksum = reader.u32('adler32')
  const whole = bytes.subarray(0, length)
  const sum = adler32(whole.subarray(CHECKED_FROM))
  if (sum !== checksum)
    throw new DecodeError('invalid', 'adler32', 12, `it says ${hex(checksum)}, the content gives ${hex(sum)}`)
  const version = reader.u32('version')
  const count = reader.u32('numkexts')
  const architecture = architectureName(reader.u32('cputype'), reader.u32('cpusubtype'))
  if (version === VERSIONS[1])
    return { version: 1, architecture, entries: readVersion1(whole, count, allowance) }
  if (version === VERSIONS[2])
    return { version: 2, architecture, entries: readVersion2(whole, count, allowance) }
  throw new DecodeError('unrecognised', 'version', 16, hex(version))
}

export interface MkextOptions {
  readonly version: MkextVersion
  readonly architecture: PcArchitecture
  /** Packs executables and lists: by LZSS in version 1, by zlib in version 2. */
  readonly compress: boolean
  /** Waited for before each extension of version 1, which takes long to pack: others may have their turn. */
  readonly pause?: () => Promise<void>
}

/** The entries' executables are for the archive's architecture already. Equal input gives equal bytes. */
export async function writeMkext(entries: readonly MkextEntry[], options: MkextOptions): Promise<Buffer> {
  const { version, architecture, compress, pause } = options
  const { cpuType, cpuSubtype } = PC_ARCHITECTURES[architecture]
  const body = await (version === 1
    ? writeVersion1(entries, HEAD, compress, pause)
    : writeVersion2(entries, HEAD, compress))
  const checked = new Writer(HEAD + body.length)
    .u32(VERSIONS[version])
    .u32(entries.length)
    .u32(cpuType)
    .u32(cpuSubtype)
    .bytes(body)
    .finish()
  return new Writer(HEAD + body.length)
    .bytes(Buffer.from(MAGIC, 'latin1'))
    .u32(CHECKED_FROM + checked.length)
    .u32(adler32(checked))
    .bytes(checked)
    .finish()
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`
}
