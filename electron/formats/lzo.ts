import { DecodeError } from '../protocols/bytes.ts'

/**
 * Unpacks an LZO1X stream from `start` to its end mark (Linux, Documentation/staging/lzo.rst). `limit` bounds what
 * comes out, in bytes.
 *
 * An instruction is a literal run, or a copy from `distance` bytes back; its two lowest bits give up to three
 * literals that follow it. What a byte below 16 means depends on how many literals came before it.
 */
export function unpackLzo(packed: Uint8Array, start: number, limit: number): Buffer {
  const out = Buffer.alloc(limit)
  let length = 0
  let at = start

  const fail = (fault: 'truncated' | 'invalid' | 'oversized'): never => {
    throw new DecodeError(fault, 'LZO data', at)
  }
  const byte = () => packed[at++] ?? fail('truncated')
  const literals = (count: number) => {
    if (at + count > packed.length) fail('truncated')
    if (length + count > limit) fail('oversized')
    out.set(packed.subarray(at, at + count), length)
    at += count
    length += count
  }
  const copy = (distance: number, count: number) => {
    if (distance > length) fail('invalid')
    if (length + count > limit) fail('oversized')
    // Byte by byte: the source may overlap what is being written.
    for (let i = 0; i < count; i++, length++) out[length] = out[length - distance]!
  }
  /** A count that does not fit its bits is zero there, and goes on in the next bytes. */
  const extended = (bits: number, mask: number) => {
    if ((bits & mask) !== 0) return bits & mask
    let count = mask
    let next = byte()
    for (; next === 0; next = byte()) count += 255
    return count + next
  }

  let before = 0
  if (packed[at] !== undefined && packed[at]! > 17) {
    const count = byte() - 17
    literals(count)
    before = Math.min(count, 4)
  }
  for (;;) {
    const code = byte()
    if (code < 16 && before === 0) {
      literals(extended(code, 15) + 3)
      before = 4
      continue
    }
    let after = code & 3
    if (code >= 64) copy((byte() << 3) + ((code >> 2) & 7) + 1, (code >> 5) + 1)
    else if (code < 16) {
      const distance = (byte() << 2) + (code >> 2) + 1
      if (before === 4) copy(distance + 2048, 3)
      else copy(distance, 2)
    } else {
      const near = code >= 32
      const count = extended(code, near ? 31 : 7) + 2
      const word = byte() | (byte() << 8)
      const far = ((code & 8) << 11) + (word >> 2)
      if (!near && far === 0) return out.subarray(0, length)
      copy(near ? (word >> 2) + 1 : far + 16384, count)
      after = word & 3
    }
    literals(after)
    before = after
  }
}
