import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import type { ImagePlan, Piece } from '../../formats/image-plan.ts'
import type { ImageContent } from './content.ts'
import { stretches } from './holes.ts'
import { ContentReader } from './reader.ts'
import { Turns } from './turns.ts'

export interface WriteOptions {
  /** In bytes of the image, holes included; comes every few milliseconds. */
  readonly onProgress?: (done: number, total: number) => void
  readonly signal?: AbortSignal
}

/** What is written at a time, in bytes: it stays in the processor's cache on its way. */
const WINDOW = 1024 * 1024

/**
 * Writes an image to a file, of which nothing is there under its name before it is whole. Zeros become holes
 * where the file system knows such.
 * @throws {ImageError} when a file that belongs on it cannot be read any more
 */
export async function writeImage(
  plan: ImagePlan<ImageContent>,
  output: string,
  { onProgress, signal }: WriteOptions = {},
): Promise<void> {
  const unfinished = `${output}.unfinished`
  const file = openSync(unfinished, 'w')
  const reader = new ContentReader()
  try {
    try {
      const turns = new Turns()
      for (const { at, bytes } of windows(plan.pieces(), reader)) {
        signal?.throwIfAborted()
        for (const { start, end } of stretches(bytes)) writeAll(file, bytes.subarray(start, end), at + start)
        if (!turns.isOver) continue
        onProgress?.(at, plan.size)
        await turns.pass()
      }
      ftruncateSync(file, plan.size)
      onProgress?.(plan.size, plan.size)
    } finally {
      reader.close()
      closeSync(file)
    }
    await rename(unfinished, output)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}

function writeAll(file: number, bytes: Buffer, at: number): void {
  for (let done = 0; done < bytes.length;)
    done += writeSync(file, bytes, done, bytes.length - done, at + done)
}

/** The image from its start to its end, a stretch at a time and always in the same memory; empty ones are left out. */
function* windows(
  pieces: Iterable<Piece<ImageContent>>,
  reader: ContentReader,
): Generator<{ readonly at: number; readonly bytes: Buffer }> {
  const buffer = Buffer.allocUnsafe(WINDOW)
  let start = 0
  let filled = 0
  for (const piece of pieces) {
    const length = 'bytes' in piece ? piece.bytes.length : piece.length
    for (let from = 0; from < length;) {
      const at = piece.at + from
      if (at - start >= WINDOW) {
        if (filled > 0) yield { at: start, bytes: buffer.subarray(0, filled) }
        start = at
        filled = 0
      }
      const end = Math.min(at - start + length - from, WINDOW)
      buffer.fill(0, filled, at - start)
      const into = buffer.subarray(at - start, end)
      if ('bytes' in piece) into.set(piece.bytes.subarray(from, from + into.length))
      else reader.read(piece.content, piece.from + from, into)
      filled = end
      from += into.length
    }
  }
  if (filled > 0) yield { at: start, bytes: buffer.subarray(0, filled) }
}
