import { closeSync, fstatSync, openSync, read, readSync } from 'node:fs'
import { promisify } from 'node:util'
import { ImageError, type ImageContent } from './content.ts'

/**
 * In bytes: what is shorter is read at once, where the way through Node's pool would take longer than reading. The
 * longer must not keep others in this process waiting for a disk.
 */
const SHORT = 64 * 1024

const readLater = promisify(read)

/** Reads the files of an image to be one after another, each from its start to its end. */
export class ContentReader {
  #open: { readonly path: string; readonly file: number } | undefined

  /**
   * Fills `into` with the content's bytes from `from` on: at once, or when what it gives is done.
   * @throws {ImageError} when the file is not as it was planned; rejects with one as well
   */
  read(content: ImageContent, from: number, into: Buffer): Promise<void> | undefined {
    if (content.kind === 'bytes') {
      into.set(content.bytes.subarray(from, from + into.length))
      return undefined
    }
    const { path, size } = content
    try {
      const file = this.#fileOf(path, size)
      if (into.length > SHORT) return readLong(file, from, into, path)
      for (let done = 0; done < into.length;)
        done += required(readSync(file, into, done, into.length - done, from + done), path)
      return undefined
    } catch (error) {
      throw unreadable(path, error)
    }
  }

  close(): void {
    if (this.#open !== undefined) closeSync(this.#open.file)
    this.#open = undefined
  }

  #fileOf(path: string, size: number): number {
    if (this.#open?.path === path) return this.#open.file
    this.close()
    const file = openSync(path, 'r')
    this.#open = { path, file }
    if (fstatSync(file).size !== size) throw changed(path)
    return file
  }
}

async function readLong(file: number, from: number, into: Buffer, path: string): Promise<void> {
  try {
    for (let done = 0; done < into.length;) {
      const { bytesRead } = await readLater(file, into, done, into.length - done, from + done)
      done += required(bytesRead, path)
    }
  } catch (error) {
    throw unreadable(path, error)
  }
}

function required(count: number, path: string): number {
  if (count === 0) throw changed(path)
  return count
}

function unreadable(path: string, error: unknown): ImageError {
  if (error instanceof ImageError) return error
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return changed(path)
  return new ImageError(`${path} cannot be read: ${message}.`, 'Change its permissions, or leave it out.')
}

function changed(path: string): ImageError {
  return new ImageError(`${path} changed while the image was built.`, 'Build the image again.')
}
