import type { Reader, Writer } from '../../protocols/bytes.ts'

/** A run of allocation blocks. */
export interface Extent {
  readonly start: number
  readonly count: number
}

/** How many extents one record has room for; a fork's further ones are in the extents-overflow file. */
export const EXTENTS_IN_RECORD = 8

/** HFSPlusForkData (TN1150, "Fork Data Structure"). */
export interface ForkData {
  /** In bytes. */
  readonly logicalSize: number
  readonly clumpSize: number
  /** In allocation blocks, with those in the extents-overflow file. */
  readonly totalBlocks: number
  /** The first eight, without the empty ones behind them. */
  readonly extents: readonly Extent[]
}

export const EMPTY_FORK: ForkData = { logicalSize: 0, clumpSize: 0, totalBlocks: 0, extents: [] }

export function readFork(reader: Reader): ForkData {
  // Beyond 2^53 bytes there is no disk: what is read from there fails by its offset.
  const logicalSize = Number(reader.u64('logicalSize'))
  const clumpSize = reader.u32('clumpSize')
  const totalBlocks = reader.u32('totalBlocks')
  return { logicalSize, clumpSize, totalBlocks, extents: readExtents(reader) }
}

export function writeFork(writer: Writer, { logicalSize, clumpSize, totalBlocks, extents }: ForkData): void {
  writer.u64(BigInt(logicalSize)).u32(clumpSize).u32(totalBlocks)
  writeExtents(writer, extents)
}

/** HFSPlusExtentRecord: the first empty one ends it. */
export function readExtents(reader: Reader): Extent[] {
  const all = Array.from({ length: EXTENTS_IN_RECORD }, () => ({
    start: reader.u32('startBlock'),
    count: reader.u32('blockCount'),
  }))
  const end = all.findIndex(({ count }) => count === 0)
  return end === -1 ? all : all.slice(0, end)
}

export function writeExtents(writer: Writer, extents: readonly Extent[]): void {
  for (let index = 0; index < EXTENTS_IN_RECORD; index++)
    writer.u32(extents[index]?.start ?? 0).u32(extents[index]?.count ?? 0)
}
