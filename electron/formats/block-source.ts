import { DecodeError } from '../protocols/bytes.ts'

/** Bytes that can be read anywhere: a disk image, a partition of one, a buffer. */
export interface BlockSource {
  /** In bytes. */
  readonly size: number
  /** Exactly `length` bytes from `offset` on. @throws {DecodeError} when that is past the end */
  read(offset: number, length: number): Promise<Buffer>
}

export function bytesSource(bytes: Uint8Array): BlockSource {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return {
    size: buffer.length,
    read: (offset, length) =>
      new Promise((resolve) => {
        requireRange(buffer.length, offset, length, 'data')
        resolve(buffer.subarray(offset, offset + length))
      }),
  }
}

/** A part of another source, such as a partition. A part that ends after its source is cut there. */
export function partOf(source: BlockSource, start: number, size: number): BlockSource {
  const available = Math.max(0, Math.min(size, source.size - start))
  return {
    size: available,
    async read(offset, length) {
      requireRange(available, offset, length, 'data')
      return source.read(start + offset, length)
    },
  }
}

/** @throws {DecodeError} which says how much there is */
export function requireRange(size: number, offset: number, length: number, field: string): void {
  if (offset < 0 || length < 0 || offset + length > size)
    throw new DecodeError(
      'truncated',
      field,
      offset,
      `${length} bytes needed, ${Math.max(0, size - offset)} left`,
    )
}

/** Reads a whole window where a part of it is asked for, and answers from it while it can. */
export function readAhead(source: BlockSource, window: number): BlockSource {
  let start = 0
  let bytes: Buffer = Buffer.alloc(0)
  return {
    size: source.size,
    async read(offset, length) {
      if (offset < start || offset + length > start + bytes.length) {
        const most = Math.min(Math.max(window, length), source.size - offset)
        bytes = await source.read(offset, Math.max(length, most))
        start = offset
      }
      return bytes.subarray(offset - start, offset - start + length)
    },
  }
}
