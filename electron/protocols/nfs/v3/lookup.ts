/** LOOKUP (RFC 1813 section 3.3.3); its argument is a `DirectoryEntry`. */
import type { Writer } from '../../bytes.ts'
import type { Attributes } from '../attributes.ts'
import { Status, type Result } from '../status.ts'
import { writeHandle, writePostOp } from './attributes.ts'

interface OfDirectory {
  readonly directory: Attributes | undefined
}

export type LookupResult = Result<
  OfDirectory & { readonly handle: Uint8Array; readonly attributes: Attributes | undefined },
  OfDirectory
>

export function writeLookupResult(writer: Writer, result: LookupResult): void {
  writer.u32(result.status)
  if (result.status === Status.OK) {
    writeHandle(writer, result.handle)
    writePostOp(writer, result.attributes)
  }
  writePostOp(writer, result.directory)
}
