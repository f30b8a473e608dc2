import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import type { ImagePlan, Piece } from '../../formats/image-plan.ts'
import type { ImageContent } from './content.ts'
import { stretches } from './holes.ts'
import { ContentReader } from './reader.ts'

export interface WriteOptions {
  /** In bytes of the image, holes included; comes every few milliseconds. */
  readonly onProgress?: (done: number, total: number) => void
  readonly signal?: AbortSignal
}

/** What is written at a time, in bytes: it stays in the processor's cache on its way. */
const WINDOW = 1024 * 1024
const PROGRESS_MILLISECONDS = 8

interface Window {
  readonly at: number
  readonly bytes: Buffer
}

/**
 * Writes an image to a file, of which nothing is there under its name before it is whole. Zeros become holes
 * where the file system knows such. While one window is written the next is read, and whoever else works in this
 * process has its turn: a disk may take long.
 * @throws {ImageError} when a file that belongs on it cannot be read any more
 */
export async function writeImage(
  plan: ImagePlan<ImageContent>,
  output: string,
  { onProgress, signal }: WriteOptions = {},
): Promise<void> {
  const unfinished = `${output}.unfinished`
  const file = await open(unfinished, 'w')
  const reader = new ContentReader()
  let writing: Promise<unknown> = Promise.resolve()
  try {
    try {
      let told = performance.now()
      for await (const window of windows(plan.pieces(), reader)) {
        signal?.throwIfAborted()
        await writing
        writing = writeWindow(file, window)
        // It is told when it is waited for.
        writing.catch(() => undefined)
        if (performance.now() - told < PROGRESS_MILLISECONDS) continue
        onProgress?.(window.at, plan.size)
        told = performance.now()
      }
      await writing
      await file.truncate(plan.size)
      onProgress?.(plan.size, plan.size)
    } finally {
      reader.close()
      await writing.catch(() => undefined)
      await file.close()
    }
    await rename(unfinished, output)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}

async function writeWindow(file: FileHandle, { at, bytes }: Window): Promise<void> {
  for (const { start, end } of stretches(bytes))
    for (let done = start; done < end;)
      done += (await file.write(bytes, done, end - done, at + done)).bytesWritten
}

/**
 * The image from its start to its end; what would be empty is left out. A window is there until the second one after
 * it is asked for.
 */
async function* windows(
  pieces: Iterable<Piece<ImageContent>>,
  reader: ContentReader,
): AsyncGenerator<Window> {
  let [buffer, other] = [Buffer.allocUnsafe(WINDOW), Buffer.allocUnsafe(WINDOW)]
  let start = 0
  let filled = 0
  for (const piece of pieces) {
    const length = 'bytes' in piece ? piece.bytes.length : piece.length
    for (let from = 0; from < length;) {
      const at = piece.at + from
      if (at - start >= WINDOW) {
        if (filled > 0) yield { at: start, bytes: buffer.subarray(0, filled) }
        ;[buffer, other] = [other, buffer]
        start = at
        filled = 0
      }
      const end = Math.min(at - start + length - from, WINDOW)
      buffer.fill(0, filled, at - start)
      const into = buffer.subarray(at - start, end)
      if ('bytes' in piece) into.set(piece.bytes.subarray(from, from + into.length))
      else {
        const reading = reader.read(piece.content, piece.from + from, into)
        if (reading !== undefined) await reading
      }
      filled = end
      from += into.length
    }
  }
  if (filled > 0) yield { at: start, bytes: buffer.subarray(0, filled) }
}
