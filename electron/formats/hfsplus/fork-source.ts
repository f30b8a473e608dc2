import { DecodeError } from '../../protocols/bytes.ts'
import { requireRange, type BlockSource } from '../block-source.ts'
import type { Extent, ForkData } from './fork.ts'

/**
 * A fork's bytes, wherever its extents are. `more` are its extents from the extents-overflow file.
 * @throws {DecodeError} when the extents hold fewer bytes than the fork has, or lie outside of the volume
 */
export function forkSource(
  volume: BlockSource,
  blockSize: number,
  totalBlocks: number,
  fork: ForkData,
  more: readonly Extent[] = [],
): BlockSource {
  const runs: { readonly from: number; readonly to: number; readonly at: number }[] = []
  let from = 0
  for (const { start, count } of [...fork.extents, ...more]) {
    if (start + count > totalBlocks)
      throw new DecodeError('invalid', 'extent', start * blockSize, `it ends behind block ${totalBlocks}`)
    const to = from + count * blockSize
    runs.push({ from, to, at: start * blockSize })
    from = to
  }
  // Extents that share blocks could make a small image ask for any amount.
  if (from > totalBlocks * blockSize)
    throw new DecodeError('oversized', 'fork', 0, 'its extents are larger than the volume')
  const size = fork.logicalSize
  if (size > from)
    throw new DecodeError('truncated', 'fork', 0, `${size} bytes needed, its extents hold ${from}`)
  return {
    size,
    async read(offset, length) {
      requireRange(size, offset, length, 'fork')
      const end = offset + length
      let index = firstRun(runs, offset)
      const parts: Buffer[] = []
      for (let at = offset; at < end; index++) {
        const run = runs[index]!
        const to = Math.min(run.to, end)
        parts.push(await volume.read(run.at + at - run.from, to - at))
        at = to
      }
      return parts.length === 1 ? parts[0]! : Buffer.concat(parts, length)
    },
  }
}

/** The run with this offset in it, by halving. */
function firstRun(runs: readonly { readonly to: number }[], offset: number): number {
  let [low, high] = [0, runs.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (runs[middle]!.to <= offset) low = middle + 1
    else high = middle
  }
  return low
}
