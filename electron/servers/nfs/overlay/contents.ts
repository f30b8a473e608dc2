import { constants } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { joined } from '../../../protocols/sunrpc/pieces.ts'
import * as disk from '../volume/disk.ts'
import type { OpenFile } from '../volume/open-file.ts'
import { OpenFiles } from '../volume/open-files.ts'
import type { NodeKey, Volume } from '../volume/volume.ts'

const COPY_SIZE = 1024 * 1024

/** The contents of files that a client made or wrote to: a folder with a file for each, named by its key. */
export class Contents {
  readonly folder: string
  readonly #files = new OpenFiles(constants.O_RDWR | constants.O_NOFOLLOW)

  /** `isKnown` tells contents that are in use from ones that a crash left behind. */
  static async open(folder: string, isKnown: (key: NodeKey) => boolean): Promise<Contents> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    for (const name of await readdir(folder)) if (!isKnown(name)) await rm(join(folder, name))
    return new Contents(folder)
  }

  private constructor(folder: string) {
    this.folder = folder
  }

  use<T>(key: NodeKey, action: (file: OpenFile) => Promise<T>): Promise<T> {
    return this.#files.use(key, (openAt) => openAt(join(this.folder, key), () => undefined), action)
  }

  /** Makes an empty file. */
  async make(key: NodeKey): Promise<void> {
    await (await open(join(this.folder, key), 'wx', 0o600)).close()
  }

  /** Copies the first `length` bytes of a file of another volume. What is under way has another name. */
  async copy(key: NodeKey, source: Volume, length: number): Promise<void> {
    const path = join(this.folder, key)
    const file = await open(`${path}.part`, 'w', 0o600)
    try {
      for (let offset = 0; offset < length;) {
        const chunk = await source.read(key, offset, Math.min(COPY_SIZE, length - offset))
        try {
          await file.writeFile(joined(chunk.data))
        } finally {
          chunk.release()
        }
        offset += chunk.length
        if (chunk.eof) break
      }
      await file.datasync()
    } finally {
      await file.close()
    }
    await rename(`${path}.part`, path)
  }

  async write(key: NodeKey, offset: number, data: Buffer, sync: boolean): Promise<void> {
    await this.#change(key, async ({ fd }) => {
      await disk.writeAt(fd, offset, data)
      if (sync) await disk.fdatasync(fd)
    })
  }

  async resize(key: NodeKey, size: number): Promise<void> {
    await this.#change(key, async ({ fd }) => {
      await disk.ftruncate(fd, size)
      await disk.fdatasync(fd)
    })
  }

  sync(key: NodeKey): Promise<void> {
    return this.use(key, ({ fd }) => disk.fdatasync(fd))
  }

  async remove(key: NodeKey): Promise<void> {
    this.#files.drop(key)
    await rm(join(this.folder, key), { force: true })
  }

  close(): Promise<void> {
    return this.#files.close()
  }

  #change(key: NodeKey, action: (file: OpenFile) => Promise<void>): Promise<void> {
    return this.use(key, async (file) => {
      try {
        await action(file)
      } finally {
        file.forget()
      }
    })
  }
}
