import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import type { ImagePlan, Piece } from '../../formats/image-plan.ts'
import type { ImageContent } from './content.ts'
import { stretches } from './holes.ts'
import { ContentReader } from './reader.ts'

export interface WriteOptions {
  /** In bytes of the image, holes included; comes every few milliseconds. */
  readonly onProgress?: (done: number, total: number) => void
  readonly signal?: AbortSignal
}

/** What is read and written at a time, in bytes: it stays in the processor's cache on its way. */
const BATCH = 1024 * 1024
/**
 * How long others in this process wait for their turn. Reading and writing without leaving this thread is several
 * times as fast as by Node's pool: one goes over a file's pages in order, and not four at once.
 */
const TURN_MILLISECONDS = 8

/** A stretch of the image that is filled in memory and written at once. */
interface Batch {
  readonly at: number
  readonly pieces: Piece<ImageContent>[]
  length: number
}

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
      const buffer = Buffer.allocUnsafe(BATCH)
      let turn = performance.now()
      for (const batch of batches(plan.pieces())) {
        signal?.throwIfAborted()
        const bytes = buffer.subarray(0, batch.length)
        fill(bytes, batch, reader)
        for (const { start, end } of stretches(bytes))
          writeAll(file, bytes.subarray(start, end), batch.at + start)
        if (performance.now() - turn < TURN_MILLISECONDS) continue
        onProgress?.(batch.at, plan.size)
        await setImmediate()
        turn = performance.now()
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

/** Gathers pieces that are near each other; a long one is cut over several batches. */
function* batches(pieces: Iterable<Piece<ImageContent>>): Generator<Batch> {
  let batch: Batch | undefined
  for (const whole of pieces) {
    const length = lengthOf(whole)
    for (let from = 0; from < length;) {
      const at = whole.at + from
      if (batch !== undefined && at - batch.at >= BATCH) {
        yield batch
        batch = undefined
      }
      batch ??= { at, pieces: [], length: 0 }
      const room = BATCH - (at - batch.at)
      const piece = cut(whole, from, Math.min(room, length - from))
      batch.pieces.push(piece)
      batch.length = at + lengthOf(piece) - batch.at
      from += lengthOf(piece)
    }
  }
  if (batch !== undefined) yield batch
}

function lengthOf(piece: Piece<ImageContent>): number {
  return 'bytes' in piece ? piece.bytes.length : piece.length
}

function cut(piece: Piece<ImageContent>, from: number, length: number): Piece<ImageContent> {
  const at = piece.at + from
  return 'bytes' in piece
    ? { at, bytes: piece.bytes.subarray(from, from + length) }
    : { at, content: piece.content, from: piece.from + from, length }
}

function fill(bytes: Buffer, batch: Batch, reader: ContentReader): void {
  let end = 0
  for (const piece of batch.pieces) {
    const start = piece.at - batch.at
    bytes.fill(0, end, start)
    end = start + lengthOf(piece)
    const into = bytes.subarray(start, end)
    if ('bytes' in piece) into.set(piece.bytes)
    else reader.read(piece.content, piece.from, into)
  }
}
