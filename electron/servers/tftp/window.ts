import { DATA_HEADER, writeDataHeader } from '../../protocols/tftp/data.ts'
import type { Rings } from './rings.ts'
import type { Source } from './source.ts'

/**
 * The DATA packets of a transfer that may be needed next, ready to be sent: two windows of them in one ring,
 * so that one is in flight while the next is filled. Blocks are counted from 1 without end; only the wire
 * knows them modulo 65536.
 */
export class Window {
  readonly #source: Source
  readonly #blockSize: number
  readonly #slot: number
  readonly #capacity: number
  readonly #rings: Rings
  readonly #ring: Buffer
  readonly #halves: readonly [Buffer, Buffer]
  /** Payload bytes already in the slot after `filled`. */
  #begun = 0
  #filled = 0
  #last = Infinity
  #lastLength = 0

  constructor(source: Source, blockSize: number, windowSize: number, rings: Rings) {
    // A small file needs no ring for a large window. Netascii at most doubles it.
    const blocks = Math.floor((2 * source.size) / blockSize) + 1
    const half = Math.min(windowSize, blocks)
    this.#source = source
    this.#blockSize = blockSize
    this.#slot = DATA_HEADER + blockSize
    this.#capacity = 2 * half
    this.#rings = rings
    this.#ring = rings.take(this.#capacity * this.#slot)
    const middle = half * this.#slot
    this.#halves = [this.#ring.subarray(0, middle), this.#ring.subarray(middle, 2 * middle)]
  }

  /** Gives the memory back. The window is not to be used after it, but for `bytesThrough`. */
  close(): void {
    this.#rings.give(this.#ring)
  }

  /** The bytes of every packet but the last. */
  get packetSize(): number {
    return this.#slot
  }

  /** The last block that can be sent. */
  get filled(): number {
    return this.#filled
  }

  /** The last block of the file; `Infinity` until it has been read. */
  get last(): number {
    return this.#last
  }

  /** Payload bytes in the blocks up to and including `block`. */
  bytesThrough(block: number): number {
    if (block < this.#last) return block * this.#blockSize
    return (this.#last - 1) * this.#blockSize + this.#lastLength
  }

  /** Reads on as far as the source goes without waiting, keeping every block after `acknowledged`. */
  fill(acknowledged: number): void {
    const end = acknowledged + this.#capacity
    while (this.#filled < end && this.#filled < this.#last) {
      const block = this.#filled + 1
      const start = ((block - 1) % this.#capacity) * this.#slot
      const payload = start + DATA_HEADER + this.#begun
      this.#begun += this.#source.read(this.#ring, payload, this.#blockSize - this.#begun)
      if (this.#begun < this.#blockSize) {
        if (!this.#source.ended) return
        this.#last = block
        this.#lastLength = this.#begun
      }
      writeDataHeader(this.#ring, start, block)
      this.#begun = 0
      this.#filled = block
    }
  }

  /** Gives the packets of the blocks from `first` to `last`, which must be filled, in at most two pieces. */
  packets(first: number, last: number, use: (packets: Buffer, count: number) => void): void {
    for (let block = first; block <= last;) {
      const slot = (block - 1) % this.#capacity
      const count = Math.min(last - block + 1, this.#capacity - slot)
      use(this.#piece(block, slot, count), count)
      block += count
    }
  }

  #piece(block: number, slot: number, count: number): Buffer {
    const half = this.#capacity / 2
    const whole = block + count - 1 < this.#last
    if (whole && count === half && slot % half === 0) return this.#halves[slot === 0 ? 0 : 1]
    const end = (slot + count) * this.#slot - (whole ? 0 : this.#blockSize - this.#lastLength)
    return this.#ring.subarray(slot * this.#slot, end)
  }
}
