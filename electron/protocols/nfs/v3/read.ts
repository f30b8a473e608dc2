/** READ (RFC 1813 section 3.3.6). */
import type { Reader } from '../../bytes.ts'
import type { Piece, PieceWriter } from '../../sunrpc/pieces.ts'
import { lengthOf, writeBoolean, writeOpaquePieces } from '../../sunrpc/xdr.ts'
import type { Attributes } from '../attributes.ts'
import { Status, type Result } from '../status.ts'
import { readHandle, writePostOp } from './attributes.ts'

export interface ReadArguments {
  readonly file: Buffer
  readonly offset: bigint
  readonly count: number
}

export function readReadArguments(reader: Reader): ReadArguments {
  return { file: readHandle(reader), offset: reader.u64('offset'), count: reader.u32('count') }
}

interface OfFile {
  readonly attributes: Attributes | undefined
}

/** The data may lie in several places. */
export type ReadResult = Result<OfFile & { readonly data: readonly Piece[]; readonly eof: boolean }, OfFile>

export function writeReadResult(writer: PieceWriter, result: ReadResult): void {
  writer.u32(result.status)
  writePostOp(writer, result.attributes)
  if (result.status !== Status.OK) return
  writer.u32(lengthOf(result.data))
  writeBoolean(writer, result.eof)
  writeOpaquePieces(writer, result.data)
}
