import { open, rename, rm } from 'node:fs/promises'
import type { ImagePlan, Piece } from '../../formats/image-plan.ts'
import { readContent, type ImageContent } from './content.ts'
import { writeWithHoles } from './holes.ts'

export interface WriteOptions {
  /** In bytes of the image, holes included; comes at most once for each few megabytes. */
  readonly onProgress?: (done: number, total: number) => void
  readonly signal?: AbortSignal
}

/** What is read and written at a time. Two of them are in use: one is filled while the other is written. */
const BATCH = 4 * 1024 * 1024
/** Files that are read at the same time into one batch: as many as libuv has threads for. */
const READERS = 4

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
    await file.truncate(plan.size)
    const buffers = [Buffer.allocUnsafe(BATCH), Buffer.allocUnsafe(BATCH)] as const
    let writing: Promise<void> = Promise.resolve()
    let turn: 0 | 1 = 0
    for (const batch of batches(plan.pieces())) {
      signal?.throwIfAborted()
      const bytes = buffers[turn].subarray(0, batch.length)
      await Promise.all([fill(bytes, batch), writing])
      writing = writeWithHoles(file, bytes, batch.at)
      // Who throws next may never come to await it.
      writing.catch(() => {})
      onProgress?.(batch.at, plan.size)
      turn = turn === 0 ? 1 : 0
    }
    await writing
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
  for (const piece of batch.pieces) {
    const start = piece.at - batch.at
    bytes.fill(0, end, start)
    end = start + lengthOf(piece)
  }
  const pieces = batch.pieces.values()
  const reader = async () => {
    for (const piece of pieces) {
      const start = piece.at - batch.at
      if ('bytes' in piece) bytes.set(piece.bytes, start)
      else await readContent(piece.content, piece.from, bytes.subarray(start, start + piece.length))
    }
  }
  await Promise.all(Array.from({ length: READERS }, reader))
}
