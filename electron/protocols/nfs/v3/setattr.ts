/** SETATTR (RFC 1813 section 3.3.2). */
import type { Reader, Writer } from '../../bytes.ts'
import { readOptional } from '../../sunrpc/xdr.ts'
import type { AttributeChanges, Time } from '../attributes.ts'
import type { Status } from '../status.ts'
import {
  readAttributeChanges,
  readHandle,
  readTime,
  writeWcc,
  type WeakCacheConsistency,
} from './attributes.ts'

export interface SetattrArguments {
  readonly file: Buffer
  readonly changes: AttributeChanges
  /** Only if the file was last changed at this time. */
  readonly guard?: Time
}

export function readSetattrArguments(reader: Reader): SetattrArguments {
  const file = readHandle(reader)
  const changes = readAttributeChanges(reader)
  const guard = readOptional(reader, 'guard check', (each) => readTime(each, 'obj_ctime'))
  return { file, changes, ...(guard === undefined ? {} : { guard }) }
}

/** The results of every procedure that returns nothing but what became of one file. */
export type WccResult = { readonly status: Status } & WeakCacheConsistency

export function writeWccResult(writer: Writer, result: WccResult): void {
  writer.u32(result.status)
  writeWcc(writer, result)
}
