import { promisify } from 'node:util'
import { inflate } from 'node:zlib'
import * as xzDecompress from 'xz-decompress'
import { decode as unpackBzip2 } from 'seek-bzip'
import { DecodeError } from '../../protocols/bytes.ts'
import type { Packing } from './chunks.ts'

// Its bundle tells Node's loader no names: all that it exports is its default there.
const { XzReadableStream } = (
  'default' in xzDecompress ? xzDecompress.default : xzDecompress
) as typeof xzDecompress

/**
 * Unpacks a chunk to exactly `size` bytes.
 * @throws {DecodeError} when it is damaged, unpacks to another size, or is packed in a way that is not known
 */
export async function unpack(packing: Packing, bytes: Buffer, size: number): Promise<Buffer> {
  const unpacked = await unpackers[packing](bytes, size).catch((error: unknown) => {
    throw error instanceof DecodeError
      ? error
      : new DecodeError('invalid', `${packing} data`, 0, messageOf(error))
  })
  if (unpacked.length !== size)
    throw new DecodeError(
      'invalid',
      `${packing} data`,
      0,
      `it unpacks to ${unpacked.length} bytes, not ${size}`,
    )
  return unpacked
}

type Unpacker = (bytes: Buffer, size: number) => Promise<Buffer>

const inflated = promisify<Buffer, object, Buffer>(inflate)

const unpackers: Readonly<Record<Packing, Unpacker>> = {
  zero: (_, size) => Promise.resolve(Buffer.alloc(size)),
  raw: (bytes) => Promise.resolve(bytes),
  zlib: (bytes, size) => inflated(bytes, { maxOutputLength: size }),
  bzip2: (bytes, size) => Promise.resolve(bytes).then((packed) => bunzip(packed, size)),
  LZMA: unxz,
  ADC: unknown('ADC'),
  LZFSE: unknown('LZFSE'),
}

function unknown(packing: Packing): Unpacker {
  return () =>
    Promise.reject(
      new DecodeError(
        'unrecognised',
        'chunk type',
        0,
        `${packing} compression is not read: convert the image with "hdiutil convert -format UDZO"`,
      ),
    )
}

function bunzip(packed: Buffer, size: number): Buffer {
  const bytes = Buffer.alloc(size)
  let length = 0
  unpackBzip2(packed, {
    writeByte(byte) {
      if (length === size) throw new RangeError(`more than ${size} bytes`)
      bytes[length++] = byte
    },
  })
  return bytes.subarray(0, length)
}

async function unxz(packed: Buffer, size: number): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of new XzReadableStream(new Blob([Uint8Array.from(packed)]).stream())) {
    parts.push(part)
    length += part.length
    if (length > size) break
  }
  return Buffer.concat(parts)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
