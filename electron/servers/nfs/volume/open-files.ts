import * as disk from './disk.ts'

/** Files kept open between reads, and what is kept of each. */
const OPEN_LIMIT = 64
const BLOCK_SIZE = 256 * 1024
const BLOCKS_KEPT = 4
/** How old what is known of a file may be, in milliseconds: a file that is written meanwhile is noticed by then. */
const FRESH = 100

/**
 * A file that is open for reading, with the blocks read last. Clients read in small pieces, one after the other:
 * the block that follows is read while they are at this one, so that most of their reads wait for no disk.
 */
export class OpenFile {
  readonly fd: number
  #stats: disk.Stats
  #statsAt: number
  #statsComing: Promise<void> | undefined
  readonly #blocks = new Map<number, Promise<Buffer>>()
  #lastBlock = -1
  /** Counts up when what is known becomes wrong, so that a look from before is not taken for one from after. */
  #generation = 0

  constructor(fd: number, stats: disk.Stats) {
    this.fd = fd
    this.#stats = stats
    this.#statsAt = performance.now()
  }

  /** At most `FRESH` old. */
  async stats(): Promise<disk.Stats> {
    if (performance.now() - this.#statsAt > FRESH) {
      this.#statsComing ??= this.refresh().finally(() => (this.#statsComing = undefined))
      await this.#statsComing
    }
    return this.#stats
  }

  /** Looks at the file anew. */
  async refresh(): Promise<void> {
    const generation = this.#generation
    const stats = await disk.fstat(this.fd)
    if (generation !== this.#generation) return
    this.notice(stats)
  }

  /** Takes what was just seen of the file, and forgets its blocks if it was changed. */
  notice(stats: disk.Stats): void {
    const { size, mtimeNs, ctimeNs } = this.#stats
    if (stats.size !== size || stats.mtimeNs !== mtimeNs || stats.ctimeNs !== ctimeNs) this.forget()
    this.#stats = stats
    this.#statsAt = performance.now()
  }

  /** To be called after writing. */
  forget(): void {
    this.#generation += 1
    this.#blocks.clear()
    this.#statsAt = -Infinity
  }

  /** What there is of `length` bytes from `offset`, in memory that must not be written to. */
  async read(offset: number, length: number, size: number): Promise<Buffer> {
    const end = Math.min(offset + length, size)
    if (offset >= end) return Buffer.alloc(0)
    const first = Math.floor(offset / BLOCK_SIZE)
    const last = Math.floor((end - 1) / BLOCK_SIZE)
    const wanted = Array.from({ length: last - first + 1 }, (_, index) => this.#block(first + index))
    const isSequential = first === this.#lastBlock || first === this.#lastBlock + 1
    if (isSequential && (last + 1) * BLOCK_SIZE < size) void this.#block(last + 1).catch(() => undefined)
    this.#lastBlock = last
    const blocks = await Promise.all(wanted)
    const bytes = blocks.length === 1 ? blocks[0]! : Buffer.concat(blocks)
    const start = offset - first * BLOCK_SIZE
    return bytes.subarray(start, start + end - offset)
  }

  #block(index: number): Promise<Buffer> {
    const known = this.#blocks.get(index)
    if (known !== undefined) return known
    const block = disk.readAt(this.fd, index * BLOCK_SIZE, BLOCK_SIZE)
    this.#blocks.set(index, block)
    block.catch(() => this.#blocks.delete(index))
    const [oldest] = this.#blocks.keys()
    if (this.#blocks.size > BLOCKS_KEPT && oldest !== undefined) this.#blocks.delete(oldest)
    return block
  }
}

/** Opens a path and closes it again if `verify` throws: what was opened may be another thing than what was meant. */
export type Open = (path: string, verify: (stats: disk.Stats) => void) => Promise<OpenFile>
type Find = (open: Open) => Promise<OpenFile>

interface Slot {
  readonly file: Promise<OpenFile>
  opened: OpenFile | undefined
  users: number
  /** Closed as soon as its last user is done. */
  dropped: boolean
}

/** Open files by key. The ones that were used last stay open; a file in use is never closed. */
export class OpenFiles {
  readonly #slots = new Map<string, Slot>()
  readonly #flags: number

  constructor(flags: number) {
    this.#flags = flags
  }

  /** Runs `action` on the file of `key`. If it is not open, `find` opens it. */
  async use<T>(key: string, find: Find, action: (file: OpenFile) => Promise<T>): Promise<T> {
    const slot = this.#slots.get(key) ?? this.#opening(key, find)
    this.#slots.delete(key)
    this.#slots.set(key, slot)
    slot.users += 1
    this.#closeOldest()
    try {
      return await action(await slot.file)
    } finally {
      slot.users -= 1
      if (slot.dropped) this.#release(slot)
    }
  }

  /** What a client was just told of a file must not be newer than what it reads of it next. */
  notice(key: string, stats: disk.Stats): void {
    this.#slots.get(key)?.opened?.notice(stats)
  }

  /** Forgets an open file, because it is removed. */
  drop(key: string): void {
    const slot = this.#slots.get(key)
    if (slot === undefined) return
    this.#slots.delete(key)
    slot.dropped = true
    this.#release(slot)
  }

  async close(): Promise<void> {
    const slots = [...this.#slots.values()]
    for (const key of [...this.#slots.keys()]) this.drop(key)
    await Promise.all(slots.map(({ file }) => file.catch(() => undefined)))
  }

  #opening(key: string, find: Find): Slot {
    const file = find((path, verify) => this.#open(path, verify))
    const slot: Slot = { file, opened: undefined, users: 0, dropped: false }
    file.then(
      (opened) => (slot.opened = opened),
      () => {
        if (this.#slots.get(key) === slot) this.#slots.delete(key)
      },
    )
    return slot
  }

  async #open(path: string, verify: (stats: disk.Stats) => void): Promise<OpenFile> {
    const fd = await disk.open(path, this.#flags)
    try {
      const stats = await disk.fstat(fd)
      verify(stats)
      return new OpenFile(fd, stats)
    } catch (error) {
      await disk.close(fd)
      throw error
    }
  }

  #closeOldest(): void {
    for (const [key, { users }] of this.#slots) {
      if (this.#slots.size <= OPEN_LIMIT) return
      if (users === 0) this.drop(key)
    }
  }

  #release(slot: Slot): void {
    if (slot.users > 0) return
    void slot.file.then(({ fd }) => disk.close(fd)).catch(() => undefined)
  }
}
