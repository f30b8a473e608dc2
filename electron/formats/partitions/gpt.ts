import { crc32 } from 'node:zlib'
import { DecodeError, Reader, Writer } from '../../protocols/bytes.ts'
import { decodeGuid, encodeGuid } from './guid.ts'
import { SECTOR } from './mbr.ts'

const MAGIC = Buffer.from('EFI PART')
const REVISION = 0x0001_0000
const HEADER_SIZE = 92
const ENTRY_SIZE = 128
const ENTRY_COUNT = 128
const ENTRY_SECTORS = (ENTRY_SIZE * ENTRY_COUNT) / SECTOR
const NAME_UNITS = 36
/** No disk has more, and a made-up count must not ask for much memory. */
const ENTRY_LIMIT = 1024

export const HFS_PARTITION = '48465300-0000-11AA-AA11-00306543ECAC'

/** Sectors that the table takes at the disk's start, the protective MBR included, and at its end. */
export const GPT_HEAD_SECTORS = 2 + ENTRY_SECTORS
export const GPT_TAIL_SECTORS = 1 + ENTRY_SECTORS

/** Places are in sectors. */
export interface GptPartition {
  readonly type: string
  readonly guid: string
  readonly start: number
  readonly count: number
  readonly name: string
}

/** Both copies of the table (UEFI Specification 2.10 section 5.3), all little-endian: behind the MBR, and at the end. */
export function encodeGpt(
  partitions: readonly GptPartition[],
  diskSectors: number,
  diskGuid: string,
): { readonly head: Buffer; readonly tail: Buffer } {
  const entries = encodeEntries(partitions)
  const last = diskSectors - 1
  const header = (own: number, other: number, entriesAt: number) => {
    const bytes = new Writer(SECTOR)
      .bytes(MAGIC)
      .u32LE(REVISION)
      .u32LE(HEADER_SIZE)
      .u32LE(0) // CRC of the header, which is taken with this zero
      .u32LE(0)
    for (const lba of [own, other, GPT_HEAD_SECTORS, last - GPT_TAIL_SECTORS]) u64LE(bytes, lba)
    bytes.bytes(encodeGuid(diskGuid))
    u64LE(bytes, entriesAt)
    bytes.u32LE(ENTRY_COUNT).u32LE(ENTRY_SIZE).u32LE(crc32(entries))
    const sector = bytes.zeros(SECTOR - HEADER_SIZE).finish()
    sector.writeUInt32LE(crc32(sector.subarray(0, HEADER_SIZE)), 16)
    return sector
  }
  return {
    head: Buffer.concat([header(1, last, 2), entries]),
    tail: Buffer.concat([entries, header(last, 1, last - ENTRY_SECTORS)]),
  }
}

function encodeEntries(partitions: readonly GptPartition[]): Buffer {
  const writer = new Writer(ENTRY_SIZE * ENTRY_COUNT)
  for (const { type, guid, start, count, name } of partitions) {
    writer.bytes(encodeGuid(type)).bytes(encodeGuid(guid))
    u64LE(writer, start)
    u64LE(writer, start + count - 1)
    u64LE(writer, 0)
    const units = Buffer.from(name.slice(0, NAME_UNITS), 'utf16le')
    writer.bytes(units).zeros(2 * NAME_UNITS - units.length)
  }
  return writer.zeros(ENTRY_SIZE * ENTRY_COUNT - writer.length).finish()
}

function u64LE(writer: Writer, value: number): void {
  writer.u32LE(value % 2 ** 32).u32LE(Math.floor(value / 2 ** 32))
}

/** Where a header says that its entries are: in sectors, and in bytes. */
export interface GptEntries {
  readonly sector: number
  readonly count: number
  readonly entrySize: number
  readonly crc: number
}

/** Reads the header in the disk's second sector. @throws {DecodeError} when it is none, or is damaged */
export function decodeGptHeader(sector: Uint8Array): GptEntries {
  const reader = new Reader(sector)
  if (!reader.bytes(MAGIC.length, 'signature').equals(MAGIC))
    throw new DecodeError('unrecognised', 'signature', 0, 'no GPT header')
  reader.skip(4, 'revision')
  const size = reader.u32LE('header size')
  if (size < HEADER_SIZE || size > sector.length)
    throw new DecodeError('invalid', 'header size', 12, String(size))
  const crc = reader.u32LE('header CRC')
  const zeroed = Buffer.from(sector.subarray(0, size))
  zeroed.fill(0, 16, 20)
  if (crc32(zeroed) !== crc) throw new DecodeError('invalid', 'header CRC', 16)
  reader.skip(4 + 32 + 16, 'places and disk GUID')
  const entriesAt = u64From(reader, 'entries')
  const count = reader.u32LE('entry count')
  const entrySize = reader.u32LE('entry size')
  if (count > ENTRY_LIMIT) throw new DecodeError('oversized', 'entry count', 80, String(count))
  if (entrySize < ENTRY_SIZE || entrySize > 4096)
    throw new DecodeError('invalid', 'entry size', 84, String(entrySize))
  return { sector: entriesAt, count, entrySize, crc: reader.u32LE('entries CRC') }
}

/** The partitions in use. @throws {DecodeError} when the table is damaged */
export function decodeGptEntries(bytes: Uint8Array, { count, entrySize, crc }: GptEntries): GptPartition[] {
  if (crc32(bytes) !== crc) throw new DecodeError('invalid', 'entries CRC', 0)
  const reader = new Reader(bytes)
  const partitions = Array.from({ length: count }, (): GptPartition => {
    const type = decodeGuid(reader.bytes(16, 'type GUID'))
    const guid = decodeGuid(reader.bytes(16, 'partition GUID'))
    const start = u64From(reader, 'first LBA')
    const end = u64From(reader, 'last LBA')
    reader.skip(8, 'attributes')
    const name = reader
      .bytes(2 * NAME_UNITS, 'name')
      .toString('utf16le')
      .replace(/\0.*$/s, '')
    reader.skip(entrySize - ENTRY_SIZE, 'entry')
    return { type, guid, start, count: Math.max(0, end - start + 1), name }
  })
  return partitions.filter(({ type, count }) => !/^[0-]+$/.test(type) && count > 0)
}

function u64From(reader: Reader, field: string): number {
  const low = reader.u32LE(field)
  return reader.u32LE(field) * 2 ** 32 + low
}
