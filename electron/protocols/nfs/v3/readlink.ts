/** READLINK (RFC 1813 section 3.3.5); its argument is a handle. */
import type { Writer } from '../../bytes.ts'
import { writeString } from '../../sunrpc/xdr.ts'
import type { Attributes } from '../attributes.ts'
import { Status, type Result } from '../status.ts'
import { writePostOp } from './attributes.ts'

interface OfLink {
  readonly attributes: Attributes | undefined
}

export type ReadlinkResult = Result<OfLink & { readonly target: string }, OfLink>

export function writeReadlinkResult(writer: Writer, result: ReadlinkResult): void {
  writer.u32(result.status)
  writePostOp(writer, result.attributes)
  if (result.status === Status.OK) writeString(writer, result.target)
}
