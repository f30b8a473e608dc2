import { open, rename, rm } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import type { ImagePlan, Piece } from '../../formats/image-plan.ts'
import { readContent, type ImageContent } from './content.ts'
import { writeWithHoles } from './holes.ts'

export interface WriteOptions {
  /** In bytes of the image, holes included; comes once for each few megabytes. */
  readonly onProgress?: (done: number, total: number) => void
  readonly signal?: AbortSignal
}

/** What is read and written at a time, in bytes. */
const BATCH = 4 * 1024 * 1024
/** How long others in this process may have to wait while small files are read. */
const TURN_MILLISECONDS = 2
/** How many batches are on their way at the same time, each in a buffer of its own. */
const LANES = 4

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
  const file = await open(unfinished, 'w')
  try {
    const todo = batches(plan.pieces())
    let done = 0
    const lane = async () => {
      const buffer = Buffer.allocUnsafe(BATCH)
      // The lanes share it: whoever fails ends it for all.
      for (const batch of todo) {
        signal?.throwIfAborted()
        const bytes = buffer.subarray(0, batch.length)
        await fill(bytes, batch)
        await writeWithHoles(file, bytes, batch.at)
        done += batch.length
        onProgress?.(done, plan.size)
      }
    }
    const lanes = Array.from({ length: LANES }, lane)
    // None may still be writing when the file is closed.
    await Promise.allSettled(lanes)
    await Promise.all(lanes)
    await file.truncate(plan.size)
    onProgress?.(plan.size, plan.size)
    await file.close()
    await rename(unfinished, output)
  } catch (error) {
    await file.close()
    await rm(unfinished, { force: true })
    throw error
  }
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

async function fill(bytes: Buffer, batch: Batch): Promise<void> {
  let end = 0
  let turn = performance.now()
  for (const piece of batch.pieces) {
    const start = piece.at - batch.at
    bytes.fill(0, end, start)
    end = start + lengthOf(piece)
    const into = bytes.subarray(start, end)
    if ('bytes' in piece) into.set(piece.bytes)
    else await readContent(piece.content, piece.from, into)
    if (performance.now() - turn < TURN_MILLISECONDS) continue
    await setImmediate()
    turn = performance.now()
  }
}
