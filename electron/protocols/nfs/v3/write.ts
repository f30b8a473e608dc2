/** WRITE and COMMIT (RFC 1813 sections 3.3.7 and 3.3.21). */
import { DecodeError, type Reader, type Writer } from '../../bytes.ts'
import { readOpaque, writeFixedOpaque } from '../../sunrpc/xdr.ts'
import { Status, type Result } from '../status.ts'
import { readHandle, writeWcc, type WeakCacheConsistency } from './attributes.ts'

/** `stable_how`: what has to be on the disk before the answer, and what is. */
export const Stability = { UNSTABLE: 0, DATA_SYNC: 1, FILE_SYNC: 2 } as const
export type Stability = (typeof Stability)[keyof typeof Stability]

/** The most data that one WRITE may carry, in bytes; FSINFO tells clients of it. */
export const WRITE_LIMIT = 256 * 1024

export interface WriteArguments {
  readonly file: Buffer
  readonly offset: bigint
  readonly stability: Stability
  readonly data: Buffer
}

export function readWriteArguments(reader: Reader): WriteArguments {
  const file = readHandle(reader)
  const offset = reader.u64('offset')
  const count = reader.u32('count')
  const stability = readStability(reader)
  const data = readOpaque(reader, WRITE_LIMIT, 'data')
  // The length is told twice; the smaller one is what both agree on.
  return { file, offset, stability, data: data.subarray(0, count) }
}

function readStability(reader: Reader): Stability {
  const at = reader.offset
  const value = reader.u32('stable')
  if (value !== Stability.UNSTABLE && value !== Stability.DATA_SYNC && value !== Stability.FILE_SYNC)
    throw new DecodeError('invalid', 'stable', at, `${value} is no stable_how`)
  return value
}

export type WriteResult = Result<
  WeakCacheConsistency & {
    readonly count: number
    readonly committed: Stability
    /** 8 bytes that change when unwritten data may have been lost. */
    readonly verifier: Uint8Array
  },
  WeakCacheConsistency
>

export function writeWriteResult(writer: Writer, result: WriteResult): void {
  writer.u32(result.status)
  writeWcc(writer, result)
  if (result.status !== Status.OK) return
  writer.u32(result.count).u32(result.committed)
  writeFixedOpaque(writer, result.verifier)
}

export interface CommitArguments {
  readonly file: Buffer
  readonly offset: bigint
  readonly count: number
}

export function readCommitArguments(reader: Reader): CommitArguments {
  return { file: readHandle(reader), offset: reader.u64('offset'), count: reader.u32('count') }
}

export type CommitResult = Result<
  WeakCacheConsistency & { readonly verifier: Uint8Array },
  WeakCacheConsistency
>

export function writeCommitResult(writer: Writer, result: CommitResult): void {
  writer.u32(result.status)
  writeWcc(writer, result)
  if (result.status === Status.OK) writeFixedOpaque(writer, result.verifier)
}
