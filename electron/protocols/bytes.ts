/**
 * Cursors over bytes. Every codec reads with a `Reader` and writes with a `Writer`; both speak network byte
 * order (big-endian) unless a method's name says otherwise. A `Reader` never reads past its end: it throws a
 * `DecodeError`, the only error a codec may let out.
 */

/** Why bytes could not be decoded. The set is closed, so that a caller can handle each case. */
export type DecodeFault =
  /** The bytes ended before the value did. */
  | 'truncated'
  /** A value is outside of what its field allows. */
  | 'invalid'
  /** A magic number, version or type is not one this codec knows. */
  | 'unrecognised'
  /** A length is larger than the limit for its field. */
  | 'oversized'

export class DecodeError extends Error {
  override readonly name = 'DecodeError'
  readonly fault: DecodeFault
  /** The field that could not be read, in the words of its RFC. */
  readonly field: string
  /** Where the field starts, in bytes from the start of what was decoded. */
  readonly offset: number

  constructor(fault: DecodeFault, field: string, offset: number, detail?: string) {
    super(`${field} at byte ${offset} is ${fault}${detail === undefined ? '' : `: ${detail}`}`)
    this.fault = fault
    this.field = field
    this.offset = offset
  }
}

export class Reader {
  readonly #bytes: Buffer
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get offset(): number {
    return this.#offset
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset
  }

  u8(field: string): number {
    return this.#bytes.readUInt8(this.#advance(1, field))
  }

  u16(field: string): number {
    return this.#bytes.readUInt16BE(this.#advance(2, field))
  }

  u32(field: string): number {
    return this.#bytes.readUInt32BE(this.#advance(4, field))
  }

  u64(field: string): bigint {
    return this.#bytes.readBigUInt64BE(this.#advance(8, field))
  }

  u16LE(field: string): number {
    return this.#bytes.readUInt16LE(this.#advance(2, field))
  }

  u32LE(field: string): number {
    return this.#bytes.readUInt32LE(this.#advance(4, field))
  }

  /** The next `length` bytes, as a view of the original and not a copy. */
  bytes(length: number, field: string): Buffer {
    const start = this.#advance(length, field)
    return this.#bytes.subarray(start, start + length)
  }

  /** All that is left, as a view. */
  rest(): Buffer {
    return this.bytes(this.remaining, 'rest')
  }

  skip(length: number, field: string): void {
    this.#advance(length, field)
  }

  /** Bytes up to the next NUL, which is consumed but not returned. */
  untilNul(field: string): Buffer {
    const end = this.#bytes.indexOf(0, this.#offset)
    if (end === -1) throw new DecodeError('truncated', field, this.#offset, 'no terminating NUL')
    const value = this.#bytes.subarray(this.#offset, end)
    this.#offset = end + 1
    return value
  }

  #advance(length: number, field: string): number {
    const start = this.#offset
    if (length > this.remaining)
      throw new DecodeError('truncated', field, start, `${length} bytes needed, ${this.remaining} left`)
    this.#offset += length
    return start
  }
}

/** Grows as it is written to. `finish` gives the bytes; the writer is not to be used after it. */
export class Writer {
  #bytes: Buffer
  #length = 0

  constructor(capacity = 256) {
    // Every byte up to the length is written by who reserved it.
    this.#bytes = Buffer.allocUnsafe(capacity)
  }

  get length(): number {
    return this.#length
  }

  u8(value: number): this {
    const at = this.#reserve(1)
    this.#bytes.writeUInt8(value, at)
    return this
  }

  u16(value: number): this {
    const at = this.#reserve(2)
    this.#bytes.writeUInt16BE(value, at)
    return this
  }

  u32(value: number): this {
    const at = this.#reserve(4)
    this.#bytes.writeUInt32BE(value, at)
    return this
  }

  u64(value: bigint): this {
    const at = this.#reserve(8)
    this.#bytes.writeBigUInt64BE(value, at)
    return this
  }

  u16LE(value: number): this {
    const at = this.#reserve(2)
    this.#bytes.writeUInt16LE(value, at)
    return this
  }

  u32LE(value: number): this {
    const at = this.#reserve(4)
    this.#bytes.writeUInt32LE(value, at)
    return this
  }

  bytes(value: Uint8Array): this {
    const at = this.#reserve(value.length)
    this.#bytes.set(value, at)
    return this
  }

  zeros(count: number): this {
    const at = this.#reserve(count)
    this.#bytes.fill(0, at, at + count)
    return this
  }

  /** Writes a 16-bit value over bytes already written, for a length or checksum known only afterwards. */
  patchU16(at: number, value: number): this {
    this.#bytes.writeUInt16BE(value, at)
    return this
  }

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  #reserve(count: number): number {
    const start = this.#length
    const end = start + count
    if (end > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(end, this.#bytes.length * 2))
      this.#bytes.copy(larger, 0, 0, start)
      this.#bytes = larger
    }
    this.#length = end
    return start
  }
}
