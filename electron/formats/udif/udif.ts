import { DecodeError } from '../../protocols/bytes.ts'
import { requireRange, type BlockSource } from '../block-source.ts'
import { isDictionary, readPlist, type PlistValue } from '../plist/plist.ts'
import { decodeChunks, type Chunk } from './chunks.ts'
import { decodeUdifTrailer, isUdifTrailer, TRAILER_LENGTH } from './trailer.ts'
import { unpack } from './unpack.ts'

const SECTOR = 512
/** How many unpacked chunks are kept: catalogs are read back and forth, files from start to end. */
const KEPT_CHUNKS = 16
/** Of a sparse or read-write image that is encrypted; one that is read-only has it instead of its end. */
const ENCRYPTED = 'encrcdsa'

export async function isUdif(file: BlockSource): Promise<boolean> {
  if (file.size < TRAILER_LENGTH) return false
  if ((await file.read(0, ENCRYPTED.length)).toString('latin1') === ENCRYPTED)
    throw new DecodeError('unrecognised', 'signature', 0, 'the image is encrypted')
  return isUdifTrailer(await file.read(file.size - TRAILER_LENGTH, TRAILER_LENGTH))
}

/**
 * The disk in an Apple disk image (UDIF, `.dmg`). Chunks are unpacked when they are read.
 * @throws {DecodeError} when it is damaged
 */
export async function openUdif(file: BlockSource): Promise<BlockSource> {
  const trailer = decodeUdifTrailer(await file.read(file.size - TRAILER_LENGTH, TRAILER_LENGTH))
  const list = readPlist(await file.read(trailer.listOffset, trailer.listLength))
  const chunks = chunkTables(list)
    .flatMap(decodeChunks)
    .sort((a, b) => a.sector - b.sector)
  const size = trailer.sectors * SECTOR
  const unpacked = new ChunkCache(file, trailer.dataOffset)
  return {
    size,
    async read(offset, length) {
      requireRange(size, offset, length, 'disk')
      const bytes = Buffer.alloc(length)
      const end = offset + length
      // Sectors that no chunk has are zero.
      for (let index = firstChunk(chunks, offset); index < chunks.length; index++) {
        const chunk = chunks[index]!
        const start = chunk.sector * SECTOR
        if (start >= end) break
        const from = Math.max(offset, start)
        const to = Math.min(end, start + chunk.count * SECTOR)
        if (chunk.packing !== 'zero' && to > from)
          bytes.set(await unpacked.read(chunk, from - start, to - from), from - offset)
      }
      return bytes
    },
  }
}

/** The list's `resource-fork`, `blkx`, and in it each `Data`. */
function chunkTables(list: PlistValue): Uint8Array[] {
  const fork = isDictionary(list) ? list['resource-fork'] : undefined
  const tables = isDictionary(fork) ? fork['blkx'] : undefined
  if (!Array.isArray(tables)) throw new DecodeError('invalid', 'property list', 0, 'there is no blkx in it')
  return (tables as readonly PlistValue[]).map((table) => {
    const data = isDictionary(table) ? table['Data'] : undefined
    if (!(data instanceof Uint8Array)) throw new DecodeError('invalid', 'blkx', 0, 'a table has no Data')
    return data
  })
}

/** The first chunk that ends behind this byte, by halving. */
function firstChunk(chunks: readonly Chunk[], offset: number): number {
  let [low, high] = [0, chunks.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const { sector, count } = chunks[middle]!
    if ((sector + count) * SECTOR <= offset) low = middle + 1
    else high = middle
  }
  return low
}

class ChunkCache {
  readonly #file: BlockSource
  readonly #dataOffset: number
  /** In the order of their last use. */
  readonly #kept = new Map<Chunk, Buffer>()

  constructor(file: BlockSource, dataOffset: number) {
    this.#file = file
    this.#dataOffset = dataOffset
  }

  async read(chunk: Chunk, from: number, length: number): Promise<Buffer> {
    const at = this.#dataOffset + chunk.offset
    // A raw chunk may be the whole disk.
    if (chunk.packing === 'raw') return this.#file.read(at + from, length)
    const bytes = this.#kept.get(chunk) ?? (await this.#unpack(chunk, at))
    this.#kept.delete(chunk)
    this.#kept.set(chunk, bytes)
    if (this.#kept.size > KEPT_CHUNKS) this.#kept.delete(this.#kept.keys().next().value!)
    return bytes.subarray(from, from + length)
  }

  async #unpack(chunk: Chunk, at: number): Promise<Buffer> {
    return unpack(chunk.packing, await this.#file.read(at, chunk.length), chunk.count * SECTOR)
  }
}
