import { DecodeError, Reader } from '../../protocols/bytes.ts'

const MAGIC = 'mish'
/** What apple's tools make is a thousandth of this, in sectors; a chunk is unpacked whole in memory. */
const SECTOR_LIMIT = 64 * 2048

export type Packing = 'zero' | 'raw' | 'ADC' | 'zlib' | 'bzip2' | 'LZFSE' | 'LZMA'

const PACKINGS: ReadonlyMap<number, Packing> = new Map([
  [0x0000_0000, 'zero'],
  [0x0000_0001, 'raw'],
  // Free space, whose bytes do not matter.
  [0x0000_0002, 'zero'],
  [0x8000_0004, 'ADC'],
  [0x8000_0005, 'zlib'],
  [0x8000_0006, 'bzip2'],
  [0x8000_0007, 'LZFSE'],
  [0x8000_0008, 'LZMA'],
])
const COMMENT = 0x7fff_fffe
const TERMINATOR = 0xffff_ffff

/** A run of sectors, and where its bytes are in the file's data fork. */
export interface Chunk {
  readonly packing: Packing
  /** Of the disk. */
  readonly sector: number
  readonly count: number
  /** In bytes; nothing for zeros. */
  readonly offset: number
  readonly length: number
}

/** One table of a partition's chunks, as it is under `blkx` in the property list. */
export function decodeChunks(table: Uint8Array): Chunk[] {
  const reader = new Reader(table)
  if (reader.bytes(4, 'signature').toString('latin1') !== MAGIC)
    throw new DecodeError('unrecognised', 'signature', 0, 'no table of chunks')
  reader.skip(4, 'version')
  const firstSector = Number(reader.u64('first sector'))
  reader.skip(8, 'sector count')
  const dataOffset = Number(reader.u64('data offset'))
  reader.skip(4 + 4 + 24 + 136, 'buffers, descriptors and checksum')
  const count = reader.u32('chunk count')
  const chunks: Chunk[] = []
  for (let index = 0; index < count; index++) {
    const at = reader.offset
    const type = reader.u32('chunk type')
    reader.skip(4, 'comment')
    const sector = firstSector + Number(reader.u64('sector'))
    const count = Number(reader.u64('sectors'))
    const offset = dataOffset + Number(reader.u64('offset'))
    const length = Number(reader.u64('length'))
    if (type === TERMINATOR) break
    if (type === COMMENT || count === 0) continue
    const packing = PACKINGS.get(type)
    if (packing === undefined)
      throw new DecodeError('unrecognised', 'chunk type', at, `0x${type.toString(16)}`)
    const packed = packing !== 'zero' && packing !== 'raw'
    if (packed && (count > SECTOR_LIMIT || length > SECTOR_LIMIT * 512))
      throw new DecodeError('oversized', 'sectors', at, `${count} in one chunk`)
    chunks.push({ packing, sector, count, offset, length })
  }
  return chunks
}
