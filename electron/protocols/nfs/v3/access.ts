/** ACCESS (RFC 1813 section 3.3.4). */
import type { Reader, Writer } from '../../bytes.ts'
import type { Attributes } from '../attributes.ts'
import { Status, type Result } from '../status.ts'
import { readHandle, writePostOp } from './attributes.ts'

/** The bits of `access`. LOOKUP and DELETE are of directories, EXECUTE is of files. */
export const Access = { READ: 1, LOOKUP: 2, MODIFY: 4, EXTEND: 8, DELETE: 16, EXECUTE: 32 } as const

export interface AccessArguments {
  readonly file: Buffer
  /** What the client wants to know of. */
  readonly access: number
}

export function readAccessArguments(reader: Reader): AccessArguments {
  return { file: readHandle(reader), access: reader.u32('access') }
}

interface OfFile {
  readonly attributes: Attributes | undefined
}

export type AccessResult = Result<OfFile & { readonly access: number }, OfFile>

export function writeAccessResult(writer: Writer, result: AccessResult): void {
  writer.u32(result.status)
  writePostOp(writer, result.attributes)
  if (result.status === Status.OK) writer.u32(result.access)
}
