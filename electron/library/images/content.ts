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
 * Fills `into` with the content's bytes from `from` on.
 * @throws {ImageError} when the file is not as it was planned
 */
export async function readContent(content: ImageContent, from: number, into: Buffer): Promise<void> {
  if (content.kind === 'bytes') {
    into.set(content.bytes.subarray(from, from + into.length))
    return
  }
  const file = await openContent(content.path)
  try {
    const { size } = await file.stat()
    if (size !== content.size) throw changed(content.path)
    for (let done = 0; done < into.length;) {
      const { bytesRead } = await file.read(into, done, into.length - done, from + done)
      if (bytesRead === 0) throw changed(content.path)
      done += bytesRead
    }
  } finally {
    await file.close()
  }
}

function openContent(path: string): Promise<FileHandle> {
  return open(path, 'r').catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw changed(path)
    throw new ImageError(`${path} cannot be read: ${message}.`, 'Change its permissions, or leave it out.')
  })
}

function changed(path: string): ImageError {
  return new ImageError(`${path} changed while the image was built.`, 'Build the image again.')
}
