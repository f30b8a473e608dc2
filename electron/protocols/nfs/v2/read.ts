/** READ (RFC 1094 section 2.2.7). */
import type { Reader } from '../../bytes.ts'
import type { Piece, PieceWriter } from '../../sunrpc/pieces.ts'
import { writeOpaquePieces } from '../../sunrpc/xdr.ts'
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

/** The data may lie in several places. */
export type ReadResult = Result<{ readonly attributes: Attributes; readonly data: readonly Piece[] }>

export function writeReadResult(writer: PieceWriter, result: ReadResult): void {
  writeStatus(writer, result)
  if (result.status !== Status.OK) return
  writeAttributes(writer, result.attributes)
  writeOpaquePieces(writer, result.data)
}
