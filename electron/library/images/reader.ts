import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { ImageError, type ImageContent } from './content.ts'

/** Reads the files of an image to be one after another, each from its start to its end. */
export class ContentReader {
  #open: { readonly path: string; readonly file: number } | undefined

  /**
   * Fills `into` with the content's bytes from `from` on.
   * @throws {ImageError} when the file is not as it was planned
   */
  read(content: ImageContent, from: number, into: Buffer): void {
    if (content.kind === 'bytes') {
      into.set(content.bytes.subarray(from, from + into.length))
      return
    }
    const { path, size } = content
    try {
      const file = this.#fileOf(path, size)
      for (let done = 0; done < into.length;) {
        const count = readSync(file, into, done, into.length - done, from + done)
        if (count === 0) throw changed(path)
        done += count
      }
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

function unreadable(path: string, error: unknown): ImageError {
  if (error instanceof ImageError) return error
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return changed(path)
  return new ImageError(`${path} cannot be read: ${message}.`, 'Change its permissions, or leave it out.')
}

function changed(path: string): ImageError {
  return new ImageError(`${path} changed while the image was built.`, 'Build the image again.')
}
