import * as disk from './disk.ts'
import { OpenFile } from './open-file.ts'
import type { Stats } from './stats.ts'

/** Files kept open between reads. */
const OPEN_LIMIT = 64

/** Opens a path and closes it again if `verify` throws: what was opened may be another thing than what was meant. */
export type Open = (path: string, verify: (stats: Stats) => void) => Promise<OpenFile>
type Find = (open: Open) => Promise<OpenFile>
/** Keeps the file open after the action too, until what it returns is called. */
export type Keep = () => () => void

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
  readonly #isLocal: boolean

  /** `isLocal`: what is known of an open file is in memory. */
  constructor(flags: number, isLocal = false) {
    this.#flags = flags
    this.#isLocal = isLocal
  }

  /** Runs `action` on the file of `key`. If it is not open, `find` opens it. */
  async use<T>(key: string, find: Find, action: (file: OpenFile, keep: Keep) => Promise<T>): Promise<T> {
    const slot = this.#slots.get(key) ?? this.#opening(key, find)
    this.#slots.delete(key)
    this.#slots.set(key, slot)
    slot.users += 1
    this.#closeOldest()
    try {
      return await action(await slot.file, () => this.#keep(slot))
    } finally {
      this.#leave(slot)
    }
  }

  /** The file of `key` if it is open. It may be closed as soon as the caller waits for anything. */
  opened(key: string): OpenFile | undefined {
    return this.#slots.get(key)?.opened
  }

  /** What a client was just told of a file must not be newer than what it reads of it next. */
  notice(key: string, stats: Stats): void {
    this.opened(key)?.notice(stats)
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

  #keep(slot: Slot): () => void {
    slot.users += 1
    return () => this.#leave(slot)
  }

  #leave(slot: Slot): void {
    slot.users -= 1
    if (slot.dropped) this.#release(slot)
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

  async #open(path: string, verify: (stats: Stats) => void): Promise<OpenFile> {
    const fd = await disk.open(path, this.#flags)
    try {
      const stats = await disk.fstat(fd)
      verify(stats)
      return new OpenFile(fd, stats, this.#isLocal)
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
    void slot.file
      .then((file) => {
        file.forget()
        return disk.close(file.fd)
      })
      .catch(() => undefined)
  }
}
