/** READLINK (RFC 1094 section 2.2.6); its argument is a handle. */
import type { Writer } from '../../bytes.ts'
import { writeString } from '../../sunrpc/xdr.ts'
import { Status, type Result } from '../status.ts'
import { writeStatus } from './attributes.ts'

export type ReadlinkResult = Result<{ readonly target: string }>

export function writeReadlinkResult(writer: Writer, result: ReadlinkResult): void {
  writeStatus(writer, result)
  if (result.status === Status.OK) writeString(writer, result.target)
}
