import { open, type FileHandle } from 'node:fs/promises'
import type { Source, SourceListener } from './source.ts'

/** Bytes of a file that are read and kept together. */
const CHUNK = 64 * 1024
/** How many chunks are read before they are needed. */
const AHEAD = 3
/** How many chunks stay in memory when nobody uses them: 8 MB. */
const KEPT_CHUNKS = 128

interface Chunk {
  readonly bytes: Buffer
  /** How many sources are reading from it now. */
  users: number
  loaded: boolean
}

/**
 * The files that are being served, each open once and read ahead of its transfers. What one transfer read is
 * kept for the next one of the same file: a lab of machines switched on together reads the disk once.
 */
export class Files {
  readonly #open = new Map<string, Promise<SharedFile>>()
  readonly #kept = new Map<Chunk, SharedFile>()
  readonly #spare: Buffer[] = []

  /** Opens a file to be read from its start. Rejects with an `Error` whose message is a whole sentence. */
  async source(path: string, listener: SourceListener): Promise<Source> {
    const sharing = this.#open.get(path) ?? this.#share(path)
    this.#open.set(path, sharing)
    try {
      const file = await sharing
      // The last reader may have closed it between two turns of the event loop.
      return file.closed ? await this.source(path, listener) : file.source(listener)
    } catch (error) {
      if (this.#open.get(path) === sharing) this.#open.delete(path)
      throw error
    }
  }

  async #share(path: string): Promise<SharedFile> {
    const handle = await open(path, 'r').catch((error: unknown) => {
      throw new Error(`${path} cannot be opened: ${reasonOf(error)}.`, { cause: error })
    })
    const status = await handle.stat()
    if (!status.isFile()) {
      await handle.close()
      throw new Error(`${path} is not a file.`)
    }
    return new SharedFile(path, handle, status.size, {
      take: (file) => this.#take(file),
      release: (chunk) => this.#release(chunk),
      closed: (file) => {
        this.#open.delete(path)
        for (const [chunk, owner] of this.#kept) if (owner === file) this.#drop(chunk)
      },
    })
  }

  #take(file: SharedFile): Chunk {
    for (const chunk of this.#kept.keys()) {
      if (this.#kept.size < KEPT_CHUNKS) break
      if (chunk.users === 0 && chunk.loaded) this.#drop(chunk)
    }
    const chunk: Chunk = {
      bytes: this.#spare.pop() ?? Buffer.allocUnsafeSlow(CHUNK),
      users: 0,
      loaded: false,
    }
    this.#kept.set(chunk, file)
    return chunk
  }

  /** Makes a chunk the last one to be dropped. */
  #release(chunk: Chunk): void {
    const file = this.#kept.get(chunk)
    if (file === undefined) return
    this.#kept.delete(chunk)
    this.#kept.set(chunk, file)
  }

  #drop(chunk: Chunk): void {
    this.#kept.get(chunk)?.forget(chunk)
    this.#kept.delete(chunk)
    // Memory that is left to the garbage collector piles up, because it does not count as pressure.
    if (chunk.loaded && this.#spare.length < KEPT_CHUNKS) this.#spare.push(chunk.bytes)
  }
}

interface ChunkStore {
  take(file: SharedFile): Chunk
  release(chunk: Chunk): void
  closed(file: SharedFile): void
}

class SharedFile {
  readonly #path: string
  readonly #handle: FileHandle
  readonly #size: number
  readonly #store: ChunkStore
  readonly #chunks = new Map<number, Chunk>()
  readonly #readers = new Set<FileSource>()
  closed = false

  constructor(path: string, handle: FileHandle, size: number, store: ChunkStore) {
    this.#path = path
    this.#handle = handle
    this.#size = size
    this.#store = store
  }

  source(listener: SourceListener): Source {
    const source = new FileSource(this, this.#size, listener)
    this.#readers.add(source)
    this.chunk(0)
    return source
  }

  /** A chunk of the file, which may still be loading; `undefined` past the end. */
  chunk(index: number): Chunk | undefined {
    if (index * CHUNK >= this.#size) return undefined
    const known = this.#chunks.get(index)
    if (known !== undefined) return known
    const chunk = this.#store.take(this)
    this.#chunks.set(index, chunk)
    void this.#load(chunk, index)
    return chunk
  }

  release(chunk: Chunk): void {
    chunk.users--
    this.#store.release(chunk)
  }

  forget(chunk: Chunk): void {
    for (const [index, held] of this.#chunks) if (held === chunk) this.#chunks.delete(index)
  }

  leave(source: FileSource): void {
    this.#readers.delete(source)
    if (this.#readers.size > 0 || this.closed) return
    this.closed = true
    this.#store.closed(this)
    this.#handle.close().catch(() => {})
  }

  async #load(chunk: Chunk, index: number): Promise<void> {
    const start = index * CHUNK
    const wanted = Math.min(CHUNK, this.#size - start)
    try {
      for (let filled = 0; filled < wanted;) {
        const { bytesRead } = await this.#handle.read(chunk.bytes, filled, wanted - filled, start + filled)
        if (bytesRead === 0) throw new Error('it became shorter while it was being served')
        filled += bytesRead
      }
    } catch (error) {
      if (this.closed) return
      this.forget(chunk)
      const reason = `${this.#path} cannot be read to its end: ${reasonOf(error)}.`
      for (const reader of [...this.#readers]) reader.failed(chunk, reason)
      return
    }
    chunk.loaded = true
    for (const reader of [...this.#readers]) reader.loaded(chunk)
  }
}

class FileSource implements Source {
  readonly size: number
  readonly #file: SharedFile
  readonly #listener: SourceListener
  #position = 0
  #chunk: Chunk | undefined
  /** The chunk that was not there yet when it was read. */
  #awaited: Chunk | undefined

  constructor(file: SharedFile, size: number, listener: SourceListener) {
    this.#file = file
    this.size = size
    this.#listener = listener
  }

  get ended(): boolean {
    return this.#position === this.size
  }

  read(target: Buffer, at: number, length: number): number {
    let total = 0
    while (total < length && this.#position < this.size) {
      const chunk = this.#chunk ?? this.#enter()
      if (!chunk.loaded) {
        this.#awaited = chunk
        break
      }
      const start = this.#position % CHUNK
      const count = Math.min(length - total, CHUNK - start, this.size - this.#position)
      chunk.bytes.copy(target, at + total, start, start + count)
      total += count
      this.#position += count
      if (this.#position % CHUNK === 0 || this.ended) this.#exit()
    }
    return total
  }

  close(): void {
    this.#exit()
    this.#awaited = undefined
    this.#file.leave(this)
  }

  loaded(chunk: Chunk): void {
    if (this.#awaited !== chunk) return
    this.#awaited = undefined
    this.#listener.onReady()
  }

  failed(chunk: Chunk, reason: string): void {
    if (this.#chunk === chunk) this.#listener.onFailure(reason)
  }

  #enter(): Chunk {
    const index = Math.floor(this.#position / CHUNK)
    const chunk = this.#file.chunk(index) as Chunk
    chunk.users++
    this.#chunk = chunk
    for (let ahead = 1; ahead <= AHEAD; ahead++) this.#file.chunk(index + ahead)
    return chunk
  }

  #exit(): void {
    if (this.#chunk === undefined) return
    this.#file.release(this.#chunk)
    this.#chunk = undefined
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return 'it no longer exists'
    case 'EACCES':
    case 'EPERM':
      return 'this user may not read it'
    case 'EMFILE':
      return 'too many files are open'
    default:
      return error.message
  }
}
