/** STATFS (RFC 1094 section 2.2.18); its argument is a handle. */
import type { Writer } from '../../bytes.ts'
import { Status, type Result } from '../status.ts'
import { clamp, DATA_LIMIT, writeStatus } from './attributes.ts'

/** In bytes; told to the client in blocks. */
export type StatfsResult = Result<{
  readonly totalBytes: bigint
  readonly freeBytes: bigint
  readonly availableBytes: bigint
}>

const BLOCK_SIZE = 4096

export function writeStatfsResult(writer: Writer, result: StatfsResult): void {
  writeStatus(writer, result)
  if (result.status !== Status.OK) return
  writer.u32(DATA_LIMIT).u32(BLOCK_SIZE)
  for (const bytes of [result.totalBytes, result.freeBytes, result.availableBytes])
    writer.u32(clamp(bytes / BigInt(BLOCK_SIZE)))
}
