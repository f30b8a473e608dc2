import { Writer, type Reader } from '../../protocols/bytes.ts'
import { EXTENTS_IN_RECORD, writeExtents, type Extent } from './fork.ts'
import type { RecordSize, TreeRecord } from './btree-writer.ts'

const DATA_FORK = 0
const KEY_LENGTH = 10

/** HFSPlusExtentKey (TN1150, "Extents Overflow File"). */
export interface ExtentKey {
  readonly resourceFork: boolean
  /** Catalog node ID. */
  readonly file: number
  /** The fork's own block that the first extent begins with, counted from the fork's start. */
  readonly startBlock: number
}

export const OVERFLOW_RECORD: RecordSize = { key: 2 + KEY_LENGTH, data: 8 * EXTENTS_IN_RECORD }

/** How many records a fork of so many extents needs beside its own. */
export function overflowRecords(extents: number): number {
  return Math.max(0, Math.ceil(extents / EXTENTS_IN_RECORD) - 1)
}

/** The records for a data fork's extents after the first eight. */
export function* overflowOf(file: number, extents: readonly Extent[]): Generator<TreeRecord> {
  let startBlock = 0
  for (let index = 0; index < extents.length; index += EXTENTS_IN_RECORD) {
    const record = extents.slice(index, index + EXTENTS_IN_RECORD)
    if (index > 0) {
      const key = new Writer(OVERFLOW_RECORD.key)
        .u16(KEY_LENGTH)
        .u8(DATA_FORK)
        .u8(0)
        .u32(file)
        .u32(startBlock)
      const data = new Writer(OVERFLOW_RECORD.data)
      writeExtents(data, record)
      yield { key: key.finish(), data: data.finish() }
    }
    startBlock += record.reduce((total, { count }) => total + count, 0)
  }
}

export function decodeExtentKey(reader: Reader): ExtentKey {
  const resourceFork = reader.u8('forkType') !== DATA_FORK
  reader.skip(1, 'pad')
  return { resourceFork, file: reader.u32('fileID'), startBlock: reader.u32('startBlock') }
}
