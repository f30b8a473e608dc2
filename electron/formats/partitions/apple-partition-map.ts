import { DecodeError, Reader } from '../../protocols/bytes.ts'

/** 'PM': of every entry, one in each block from the second on. */
const SIGNATURE = 0x504d
/** The map describes itself in it; no real one comes near this count. */
const ENTRY_LIMIT = 256

export const APPLE_HFS = 'Apple_HFS'
export const APPLE_HFSX = 'Apple_HFSX'

/** An entry of an Apple partition map (Inside Macintosh: Devices, "The Partition Map"); places are in its blocks. */
export interface ApplePartition {
  readonly name: string
  readonly type: string
  readonly start: number
  readonly count: number
  /** How many entries the map has, as every one of them says. */
  readonly entries: number
}

/** @throws {DecodeError} when the block is no entry */
export function decodeApplePartition(block: Uint8Array): ApplePartition {
  const reader = new Reader(block)
  const signature = reader.u16('pmSig')
  if (signature !== SIGNATURE)
    throw new DecodeError('unrecognised', 'pmSig', 0, 'no Apple partition map entry')
  reader.skip(2, 'pmSigPad')
  const entries = reader.u32('pmMapBlkCnt')
  if (entries > ENTRY_LIMIT) throw new DecodeError('oversized', 'pmMapBlkCnt', 4, String(entries))
  const start = reader.u32('pmPyPartStart')
  const count = reader.u32('pmPartBlkCnt')
  const text = (field: string) => reader.bytes(32, field).toString('latin1').replace(/\0.*$/s, '')
  return { name: text('pmPartName'), type: text('pmParType'), start, count, entries }
}
