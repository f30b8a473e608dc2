import { parseBinary } from 'plist'
import { DecodeError, Reader } from '../../protocols/bytes.ts'
import type { PlistValue } from './plist.ts'

const MAGIC = 'bplist00'
const TRAILER = 32
/** Values that a property list may have once it is unfolded: objects can be shared, so few bytes can mean many. */
const VALUE_LIMIT = 200_000
const DEPTH_LIMIT = 128

export function isBinaryPlist(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(0, MAGIC.length)).toString('latin1') === MAGIC
}

/** @throws {DecodeError} also for a list that contains itself, or unfolds to too many values */
export function readBinaryPlist(bytes: Uint8Array): PlistValue {
  try {
    requireBounded(bytes)
    const value = parseBinary(bytes) as PlistValue | null
    return value ?? ''
  } catch (error) {
    if (error instanceof DecodeError) throw error
    throw new DecodeError(
      'invalid',
      'binary property list',
      0,
      error instanceof Error ? error.message : String(error),
    )
  }
}

/**
 * The library follows every reference anew, so a list of a few hundred bytes could keep it busy for ever. This
 * counts first what it would make (CFBinaryPList.c: trailer, offset table, arrays and dictionaries of references).
 */
function requireBounded(bytes: Uint8Array): void {
  if (bytes.length < MAGIC.length + TRAILER)
    throw new DecodeError('truncated', 'binary property list', bytes.length)
  const trailer = new Reader(bytes.subarray(bytes.length - TRAILER))
  trailer.skip(6, 'unused')
  const offsetSize = trailer.u8('offsetIntSize')
  const referenceSize = trailer.u8('objectRefSize')
  const count = Number(trailer.u64('numObjects'))
  const top = Number(trailer.u64('topObject'))
  const table = Number(trailer.u64('offsetTableOffset'))
  if (count > VALUE_LIMIT || count * offsetSize > bytes.length)
    throw new DecodeError('oversized', 'numObjects', bytes.length - 24, String(count))
  const number = (at: number, size: number) => {
    if (![1, 2, 4].includes(size)) throw new DecodeError('invalid', 'integer size', at, `${size} bytes`)
    if (at < 0 || at + size > bytes.length) throw new DecodeError('truncated', 'integer', at)
    let value = 0
    for (let index = 0; index < size; index++) value = value * 256 + bytes[at + index]!
    return value
  }
  const counted = new Map<number, number>()
  const values = (index: number, depth: number): number => {
    if (depth > DEPTH_LIMIT) throw new DecodeError('oversized', 'depth', index)
    const known = counted.get(index)
    if (known !== undefined) return known
    const at = number(table + index * offsetSize, offsetSize)
    const marker = number(at, 1)
    const kind = marker >> 4
    let size = marker & 15
    let start = at + 1
    if (size === 15) {
      const width = 1 << (number(start, 1) & 15)
      size = number(start + 1, width)
      start += 1 + width
    }
    let total = 1
    if (kind === 0xa || kind === 0xd) {
      const references = kind === 0xd ? size * 2 : size
      if (start + references * referenceSize > bytes.length)
        throw new DecodeError('truncated', 'references', start)
      for (let each = 0; each < references; each++) {
        total += values(number(start + each * referenceSize, referenceSize), depth + 1)
        if (total > VALUE_LIMIT) throw new DecodeError('oversized', 'binary property list', at)
      }
    } else if ((kind === 5 || kind === 6 || kind === 4) && size > bytes.length)
      throw new DecodeError('truncated', 'string', at)
    // Text costs by its length, however small its object is.
    if (kind === 5 || kind === 6) total += size >> 4
    counted.set(index, total)
    return total
  }
  values(top, 0)
}
