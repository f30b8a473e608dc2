import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'

/** Where the bytes of a file on a volume to be come from. */
export type ImageContent =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** A file of this computer, and the size that it had when the volume was planned. */
  | { readonly kind: 'path'; readonly path: string; readonly size: number }

/** An image cannot be made or read: what and why, and the way out as a sentence. */
export class ImageError extends Error {
  override readonly name = 'ImageError'
  readonly remedy: string

  constructor(message: string, remedy: string) {
    super(message)
    this.remedy = remedy
  }
}

/**
 * Files up to this many bytes are read at once, without leaving this thread: four ways to another one and back
 * take ten times as long as reading does. Who reads many lets others have their turn in between.
 */
const SMALL = 64 * 1024

/**
 * Fills `into` with the content's bytes from `from` on. There is nothing to wait for after a small one.
 * @throws {ImageError} when the file is not as it was planned
 */
export function readContent(content: ImageContent, from: number, into: Buffer): Promise<void> | undefined {
  if (content.kind === 'path' && content.size > SMALL) return readLarge(content, from, into)
  if (content.kind === 'path') readSmall(content, from, into)
  else into.set(content.bytes.subarray(from, from + into.length))
  return undefined
}

type PathContent = ImageContent & { readonly kind: 'path' }

function readSmall({ path, size }: PathContent, from: number, into: Buffer): void {
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    if (fstatSync(file).size !== size || readSync(file, into, 0, into.length, from) !== into.length)
      throw changed(path)
  } catch (error) {
    throw unreadable(path, error)
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

async function readLarge({ path, size }: PathContent, from: number, into: Buffer): Promise<void> {
  let file: FileHandle | undefined
  try {
    file = await open(path)
    if ((await file.stat()).size !== size) throw changed(path)
    for (let done = 0; done < into.length;) {
      const { bytesRead } = await file.read(into, done, into.length - done, from + done)
      if (bytesRead === 0) throw changed(path)
      done += bytesRead
    }
  } catch (error) {
    throw unreadable(path, error)
  } finally {
    await file?.close()
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
