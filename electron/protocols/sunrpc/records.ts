/**
 * Record marking: messages in a byte stream (RFC 5531 section 11). Each fragment has a header of 4 bytes, whose
 * top bit says that the record ends with this fragment and whose other bits are its length.
 */
import { DecodeError, Writer } from '../bytes.ts'

const LAST_FRAGMENT = 0x80000000
const HEADER_LENGTH = 4

/** Takes bytes as they come and gives whole records. After a `DecodeError` the stream has lost its framing. */
export class RecordDecoder {
  readonly #limit: number
  #pending: Buffer[] = []
  #pendingLength = 0
  #fragments: Buffer[] = []
  #recordLength = 0

  /** `limit` is the largest record in bytes. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** The records that `chunk` completes, each in memory of its own or a view of `chunk`. */
  push(chunk: Buffer): Buffer[] {
    this.#pending.push(chunk)
    this.#pendingLength += chunk.length
    const records: Buffer[] = []
    for (;;) {
      const header = this.#peekHeader()
      if (header === undefined) return records
      const length = header % LAST_FRAGMENT
      // An empty fragment that is not the last makes no progress: a stream of them would be endless.
      if (length === 0 && header < LAST_FRAGMENT)
        throw new DecodeError('invalid', 'fragment length', 0, 'an empty fragment that is not the last')
      if (this.#recordLength + length > this.#limit)
        throw new DecodeError('oversized', 'record', 0, `more than ${this.#limit} bytes`)
      if (this.#pendingLength < HEADER_LENGTH + length) return records
      this.#take(HEADER_LENGTH)
      if (length > 0) this.#fragments.push(this.#take(length))
      this.#recordLength += length
      if (header >= LAST_FRAGMENT) {
        records.push(join(this.#fragments))
        this.#fragments = []
        this.#recordLength = 0
      }
    }
  }

  #peekHeader(): number | undefined {
    if (this.#pendingLength < HEADER_LENGTH) return undefined
    if (this.#pending[0]!.length < HEADER_LENGTH) this.#pending = [Buffer.concat(this.#pending)]
    return this.#pending[0]!.readUInt32BE(0)
  }

  #take(length: number): Buffer {
    if (this.#pending[0]!.length < length) this.#pending = [Buffer.concat(this.#pending)]
    const first = this.#pending[0]!
    if (first.length === length) this.#pending.shift()
    else this.#pending[0] = first.subarray(length)
    this.#pendingLength -= length
    return first.subarray(0, length)
  }
}

/** The header of a record of `length` bytes that is sent as one fragment. */
export function recordMark(length: number): Buffer {
  return new Writer(HEADER_LENGTH).u32(LAST_FRAGMENT + length).finish()
}

function join(fragments: readonly Buffer[]): Buffer {
  return fragments.length === 1 ? fragments[0]! : Buffer.concat(fragments)
}
