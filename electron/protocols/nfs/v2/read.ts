/** READ (RFC 1094 section 2.2.7). */
import type { Reader, Writer } from '../../bytes.ts'
import { writeOpaque } from '../../sunrpc/xdr.ts'
import type { Attributes } from '../attributes.ts'
import { Status, type Result } from '../status.ts'
import { readHandle, writeAttributes, writeStatus } from './attributes.ts'

export interface ReadArguments {
  readonly file: Buffer
  readonly offset: number
  readonly count: number
}

export function readReadArguments(reader: Reader): ReadArguments {
  const file = readHandle(reader)
  const offset = reader.u32('offset')
  const count = reader.u32('count')
  // totalcount: "not used, and removed in the next protocol revision"; loaders leave it 0.
  reader.skip(4, 'totalcount')
  return { file, offset, count }
}

export type ReadResult = Result<{ readonly attributes: Attributes; readonly data: Uint8Array }>

export function writeReadResult(writer: Writer, result: ReadResult): void {
  writeStatus(writer, result)
  if (result.status !== Status.OK) return
  writeAttributes(writer, result.attributes)
  writeOpaque(writer, result.data)
}
