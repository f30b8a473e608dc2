import type { FileHandle } from 'node:fs/promises'

/** Stretches of zeros are left out of a file from this length on, in bytes. */
const HOLE = 64 * 1024
const ZEROS = Buffer.alloc(HOLE)

/**
 * Writes what is not zero, in stretches as long as can be. What is left out takes no room where the file system
 * knows holes, and reads as zeros once the caller has brought the file to its length.
 */
export async function writeWithHoles(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let start = 0; start < bytes.length;) {
    const hole = isHole(bytes, start)
    let end = start
    do end = Math.min(end + HOLE, bytes.length)
    while (end < bytes.length && isHole(bytes, end) === hole)
    if (!hole) await writeAll(file, bytes.subarray(start, end), at + start)
    start = end
  }
}

function isHole(bytes: Buffer, start: number): boolean {
  const end = Math.min(start + HOLE, bytes.length)
  return bytes.compare(ZEROS, 0, end - start, start, end) === 0
}

async function writeAll(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done)
    done += bytesWritten
  }
}
