import { statsAtOnce } from './at-once.ts'
import type { FilePart, Piece } from '../../../protocols/sunrpc/pieces.ts'
import { Block, BLOCK_SIZE } from './blocks.ts'
import * as disk from './disk.ts'
import { isSameTime, type Stats } from './stats.ts'

/**
 * How old what is known of a file may be, in milliseconds, where it takes time to look: a file that is written
 * meanwhile is noticed by then.
 */
const FRESH = 100
/** Readers of one file that are told apart. */
const READERS = 16

/** Parts of files shorter than this are read into memory: to send them from there costs no more. */
const WORTH_LEAVING = 64 * 1024
/** What is brought into memory of a part that was left where it is. */
const LOADED = 64 * 1024

/** Bytes of a file that are lent: they must not be written to, and their memory is used again after `release`. */
export interface Lent<Part extends Piece = Piece> {
  readonly pieces: readonly Part[]
  readonly release: () => void
}

export const nothingLent: Lent<Buffer> = { pieces: [], release: () => undefined }

/**
 * A file that is open for reading. Clients read one piece after the other: what follows is read while they are at
 * this one, so that most of their reads wait for no disk.
 */
export class OpenFile {
  readonly fd: number
  readonly #isLocal: boolean
  #stats: Stats
  #statsAt: number
  #statsComing: Promise<void> | undefined
  readonly #blocks = new Map<number, Block>()
  /** The last blocks of what was read lately, because there may be several readers. */
  readonly #ends = new Set<number>()
  #isUnreadable = false
  /** Counts up when what is known becomes wrong, so that a look from before is not taken for one from after. */
  #generation = 0

  /** `isLocal`: looking at it needs no waiting. */
  constructor(fd: number, stats: Stats, isLocal: boolean) {
    this.fd = fd
    this.#isLocal = isLocal
    this.#stats = stats
    this.#statsAt = performance.now()
  }

  /** At most `FRESH` old. */
  async stats(): Promise<Stats> {
    const now = this.#isLocal ? statsAtOnce(this.fd) : undefined
    if (now !== undefined) this.notice(now)
    else if (performance.now() - this.#statsAt > FRESH) {
      this.#statsComing ??= this.#refresh().finally(() => (this.#statsComing = undefined))
      await this.#statsComing
    }
    return this.#stats
  }

  /** Takes what was just seen of the file, and forgets its blocks if it was changed. */
  notice(stats: Stats): void {
    const { size, modified, changed } = this.#stats
    if (stats.size !== size || !isSameTime(stats.modified, modified) || !isSameTime(stats.changed, changed))
      this.forget()
    this.#stats = stats
    this.#statsAt = performance.now()
  }

  /** To be called after writing and before closing. */
  forget(): void {
    this.#generation += 1
    for (const block of this.#blocks.values()) block.drop()
    this.#statsAt = -Infinity
  }

  /** What there is of `length` bytes from `offset`, left in the file; undefined where it is better read. */
  part(offset: number, length: number, size: number): FilePart | undefined {
    const end = Math.min(offset + length, size)
    // What cannot be read is a status for the client: it has to be known before the reply begins.
    if (this.#isUnreadable || end - offset < WORTH_LEAVING) return undefined
    return { fd: this.fd, offset, length: end - offset, load: (from) => this.#load(from, end) }
  }

  /** What there is of `length` bytes from `offset`. */
  async read(offset: number, length: number, size: number): Promise<Lent<Buffer>> {
    const end = Math.min(offset + length, size)
    if (offset >= end) return nothingLent
    const first = Math.floor(offset / BLOCK_SIZE)
    const last = Math.floor((end - 1) / BLOCK_SIZE)
    const blocks = Array.from({ length: last - first + 1 }, (_, index) => this.#block(first + index, size))
    for (const block of blocks) block.use()
    const release = () => {
      for (const block of blocks) block.done()
    }
    for (const [index, block] of blocks.entries())
      if (this.#isRead(first + index, offset, end, size)) block.drop()
    if (this.#isSequential(first, last)) this.#readAhead(last, blocks.length, size)
    try {
      for (const block of blocks) if (block.ready !== undefined) await block.ready
    } catch (error) {
      release()
      throw error
    }
    return { pieces: partsOf(blocks, first, offset, end), release }
  }

  /** Whether a read up to `end` leaves nothing of a block that anyone is likely to ask for. */
  #isRead(index: number, offset: number, end: number, size: number): boolean {
    const reachesEnd = end >= Math.min((index + 1) * BLOCK_SIZE, size)
    return reachesEnd && (offset <= index * BLOCK_SIZE || this.#ends.has(index))
  }

  #isSequential(first: number, last: number): boolean {
    const isSame = this.#ends.delete(first)
    const isNext = this.#ends.delete(first - 1)
    this.#ends.add(last)
    for (const oldest of this.#ends) {
      if (this.#ends.size <= READERS) break
      this.#ends.delete(oldest)
    }
    return isSame || isNext
  }

  /** Reads the blocks that follow `last`, once the reader has its answer. */
  #readAhead(last: number, count: number, size: number): void {
    const generation = this.#generation
    setImmediate(() => {
      for (let next = last + 1; next <= last + count && next * BLOCK_SIZE < size; next++)
        if (generation === this.#generation) this.#block(next, size)
    })
  }

  #block(index: number, size: number): Block {
    const known = this.#blocks.get(index)
    if (known !== undefined) return known
    const offset = index * BLOCK_SIZE
    const block = new Block(this.fd, offset, Math.min(BLOCK_SIZE, size - offset), () =>
      this.#blocks.delete(index),
    )
    this.#blocks.set(index, block)
    return block
  }

  async #load(offset: number, end: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafeSlow(Math.min(LOADED, end - offset))
    try {
      return bytes.subarray(0, await disk.readAt(this.fd, bytes, offset))
    } catch (error) {
      this.#isUnreadable = true
      throw error
    }
  }

  async #refresh(): Promise<void> {
    const generation = this.#generation
    const stats = await disk.fstat(this.fd)
    if (generation === this.#generation) this.notice(stats)
  }
}

/** The bytes from `offset` to `end` of blocks that begin with number `first`; fewer where the file has become shorter. */
function partsOf(blocks: readonly Block[], first: number, offset: number, end: number): Buffer[] {
  const parts: Buffer[] = []
  for (const [index, block] of blocks.entries()) {
    const at = (first + index) * BLOCK_SIZE
    const from = Math.max(0, offset - at)
    const to = Math.min(BLOCK_SIZE, end - at)
    const part = block.part(from, to)
    if (part.length > 0) parts.push(part)
    if (part.length < to - from) break
  }
  return parts
}
