/**
 * Files that Mac OS X compressed, as installers of 10.6 and later have them: no data fork, and `com.apple.decmpfs`
 * among the attributes (xnu bsd/sys/decmpfs.h). How resource forks are laid out Apple told nobody: it is as The
 * Sleuth Kit and libfshfs read it.
 */
import { promisify } from 'node:util'
import { inflate } from 'node:zlib'
import { DecodeError, Reader } from '../../protocols/bytes.ts'
import { bytesSource, requireRange, type BlockSource } from '../block-source.ts'

export const DECMPFS = 'com.apple.decmpfs'

/** `cmpf`, little-endian. */
const MAGIC = 0x636d7066
const HEADER = 16
/** How much of a file one block of its resource fork holds, in bytes. */
const BLOCK = 64 * 1024
/** What zlib can make of one byte at most (zlib.net/zlib_tech.html). */
const MOST_FROM_A_BYTE = 1032

/** decmpfs_disk_header: the size is of what it unpacks to, in bytes. */
function decodeHeader(attribute: Uint8Array): { readonly type: number; readonly size: number } {
  const reader = new Reader(attribute)
  if (reader.u32LE('compression_magic') !== MAGIC)
    throw new DecodeError('unrecognised', 'compression_magic', 0, 'the attribute is of no compressed file')
  const type = reader.u32LE('compression_type')
  const size = Number(reader.bytes(8, 'uncompressed_size').readBigUInt64LE())
  if (!Number.isSafeInteger(size)) throw new DecodeError('oversized', 'uncompressed_size', 8, String(size))
  return { type, size }
}

/** In bytes, as the attribute says; undefined when that is no such attribute. */
export function unpackedSize(attribute: Uint8Array): number | undefined {
  try {
    return decodeHeader(attribute).size
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

/**
 * What a compressed file unpacks to. Damage is told when the part that has it is read; no more is unpacked than
 * the file says to be.
 * @throws {DecodeError} for a compression that is not read, by its name, and for a size that cannot be
 */
export function decompressed(attribute: Buffer, resourceFork: () => BlockSource): BlockSource {
  const { type, size } = decodeHeader(attribute)
  const inline = attribute.subarray(HEADER)
  switch (type) {
    case 1:
      return inAttribute(size, () => Promise.resolve(exactly(inline, size)))
    case 3:
      if (size > inline.length * MOST_FROM_A_BYTE) throw cannotBe(size, inline.length)
      return inAttribute(size, () => unpackBlock(inline, size))
    case 4:
      return inResourceFork(size, resourceFork())
    default:
      throw new DecodeError('unrecognised', 'compression_type', 4, `${type}, ${nameOf(type)}, is not read`)
  }
}

const NAMES: ReadonlyMap<number, string> = new Map([
  [5, 'of a file that shares its bytes with another'],
  [7, 'LZVN'],
  [8, 'LZVN'],
  [9, 'stored in an attribute'],
  [10, 'stored in blocks'],
  [11, 'LZFSE'],
  [12, 'LZFSE'],
  [13, 'LZBITMAP'],
  [14, 'LZBITMAP'],
  [0x8000_0001, 'of a file that is not on this disk'],
])

function nameOf(type: number): string {
  return NAMES.get(type) ?? 'which nobody knows'
}

function inAttribute(size: number, unpack: () => Promise<Buffer>): BlockSource {
  let unpacked: Promise<BlockSource> | undefined
  return {
    size,
    async read(offset, length) {
      unpacked ??= unpack().then(bytesSource)
      return (await unpacked).read(offset, length)
    },
  }
}

/** Of a block in the resource fork, in bytes from the fork's start. */
interface BlockPlace {
  readonly at: number
  readonly length: number
}

/**
 * A resource fork with one resource: its length, then a table of blocks. The fork is big-endian, as all are, and
 * the table little-endian:
 *
 *      0  u32  where the resource is
 *      …  u32  its length
 *         u32  how many blocks there are               <- offsets count from here
 *         u32 offset, u32 length, for each
 */
function inResourceFork(size: number, fork: BlockSource): BlockSource {
  const count = Math.ceil(size / BLOCK)
  if (8 * count > fork.size) throw cannotBe(size, fork.size)
  let start: Promise<number> | undefined

  const tableStart = async (): Promise<number> => {
    const at = (await fork.read(0, 4)).readUInt32BE() + 4
    const told = (await fork.read(at, 4)).readUInt32LE()
    if (told !== count)
      throw new DecodeError('invalid', 'blocks', at, `${told} of them, and ${size} bytes take ${count}`)
    return at
  }
  const places = async (first: number, end: number): Promise<BlockPlace[]> => {
    const at = await (start ??= tableStart())
    const table = new Reader(await fork.read(at + 4 + 8 * first, 8 * (end - first)))
    return Array.from({ length: end - first }, () => ({
      at: at + table.u32LE('block offset'),
      length: table.u32LE('block length'),
    }))
  }
  return {
    size,
    async read(offset, length) {
      requireRange(size, offset, length, 'file')
      if (length === 0) return Buffer.alloc(0)
      const first = Math.floor(offset / BLOCK)
      const found = await places(first, Math.ceil((offset + length) / BLOCK))
      const blocks: Buffer[] = []
      for (const [index, { at, length }] of found.entries()) {
        // A block that does not get smaller has one byte before it.
        if (length > BLOCK + 1) throw new DecodeError('oversized', 'block length', at, String(length))
        const packed = await fork.read(at, length)
        blocks.push(await unpackBlock(packed, Math.min(BLOCK, size - (first + index) * BLOCK)))
      }
      const skipped = offset - first * BLOCK
      return Buffer.concat(blocks).subarray(skipped, skipped + length)
    },
  }
}

const inflated = promisify<Buffer, object, Buffer>(inflate)

/** zlib begins with a byte whose low half is 8; one with 15 there is followed by the bytes as they are. */
async function unpackBlock(packed: Buffer, size: number): Promise<Buffer> {
  if (((packed[0] ?? 0) & 0x0f) === 0x0f) return exactly(packed.subarray(1), size)
  // Zero bytes need no stream, and zlib takes no limit of zero.
  if (size === 0) return Buffer.alloc(0)
  const bytes = await inflated(packed, { maxOutputLength: size }).catch((error: unknown) => {
    throw new DecodeError('invalid', 'zlib data', 0, error instanceof Error ? error.message : String(error))
  })
  return exactly(bytes, size)
}

function exactly(bytes: Buffer, size: number): Buffer {
  if (bytes.length === size) return bytes
  throw new DecodeError('invalid', 'uncompressed_size', 8, `it says ${size}, and there are ${bytes.length}`)
}

function cannotBe(size: number, from: number): DecodeError {
  return new DecodeError('oversized', 'uncompressed_size', 8, `${size}, out of ${from} bytes`)
}
