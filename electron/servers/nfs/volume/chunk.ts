import type { Attributes } from '../../../protocols/nfs/attributes.ts'
import { lengthOf } from '../../../protocols/sunrpc/xdr.ts'
import type { Lent } from './open-file.ts'
import type { Chunk } from './volume.ts'

/** What was read from `offset` of a file that has these attributes. */
export function chunkOf({ pieces, release }: Lent, offset: number, attributes: Attributes): Chunk {
  const length = lengthOf(pieces)
  const eof = length === 0 || offset + length >= Number(attributes.size)
  return { data: pieces, length, eof, attributes, release }
}
