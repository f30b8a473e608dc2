/** Stretches of zeros are left out of a file from this length on, in bytes. */
const HOLE = 64 * 1024
const ZEROS = Buffer.alloc(HOLE)

/**
 * The parts that are not zero, as long as can be. What is between them need not be written: it takes no room where
 * the file system knows holes, and reads as zeros once the file has its length.
 */
export function* stretches(bytes: Buffer): Generator<{ readonly start: number; readonly end: number }> {
  for (let start = 0; start < bytes.length;) {
    const hole = isHole(bytes, start)
    let end = start
    do end = Math.min(end + HOLE, bytes.length)
    while (end < bytes.length && isHole(bytes, end) === hole)
    if (!hole) yield { start, end }
    start = end
  }
}

function isHole(bytes: Buffer, start: number): boolean {
  const end = Math.min(start + HOLE, bytes.length)
  return bytes.compare(ZEROS, 0, end - start, start, end) === 0
}
