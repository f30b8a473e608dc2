/** Memory for what is read of files, which is used again and again: new memory for each read costs more than the read. */
import { readAtOnce } from '../../../link/native/files.ts'
import * as disk from './disk.ts'

export const BLOCK_SIZE = 256 * 1024
/** Blocks that nobody uses and are kept for the next read, and blocks with contents that may be asked for again. */
const FREE_KEPT = 32
const FILLED_KEPT = 64

const free: Buffer[] = []
/** In the order in which they were last asked for. */
const filled = new Set<Block>()

/** A part of a file in memory. It has users, and its memory is not used again before the last one is done. */
export class Block {
  /** Undefined once all of it is there that the file has. Rejects when it cannot be read. */
  ready: Promise<void> | undefined
  readonly #memory = free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_SIZE)
  readonly #forget: () => void
  #length = 0
  #users = 0
  #isKept = true

  /** Reads `wanted` bytes from `offset`, now if they are in memory. `forget` is called when it is not kept any more. */
  constructor(fd: number, offset: number, wanted: number, forget: () => void) {
    this.#forget = forget
    filled.add(this)
    this.#length = readAtOnce(fd, this.#memory.subarray(0, wanted), offset)
    if (this.#length < wanted) {
      this.ready = this.#readOn(fd, offset, wanted)
      // Whoever waits for it hears of an error; a block that was read ahead may have nobody who waits.
      this.ready.catch(() => undefined)
    }
    for (const oldest of filled) {
      if (filled.size <= FILLED_KEPT) break
      oldest.drop()
    }
  }

  /** What is there between two places of the block. */
  part(start: number, end: number): Buffer {
    return this.#memory.subarray(start, Math.min(end, this.#length))
  }

  use(): void {
    this.#users += 1
    if (!this.#isKept) return
    filled.delete(this)
    filled.add(this)
  }

  done(): void {
    this.#users -= 1
    this.#giveBack()
  }

  /** Keeps it no longer than its users need it. */
  drop(): void {
    if (!this.#isKept) return
    this.#isKept = false
    filled.delete(this)
    this.#forget()
    this.#giveBack()
  }

  async #readOn(fd: number, offset: number, wanted: number): Promise<void> {
    this.#users += 1
    try {
      const rest = this.#memory.subarray(this.#length, wanted)
      this.#length += await disk.readAt(fd, rest, offset + this.#length)
      this.ready = undefined
    } catch (error) {
      this.drop()
      throw error
    } finally {
      this.done()
    }
  }

  #giveBack(): void {
    if (this.#users === 0 && !this.#isKept && free.length < FREE_KEPT) free.push(this.#memory)
  }
}
