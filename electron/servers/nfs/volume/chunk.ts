import type { Attributes } from '../../../protocols/nfs/attributes.ts'
import { lengthOf } from '../../../protocols/sunrpc/xdr.ts'
import type { Lent, OpenFile } from './open-file.ts'
import type { Keep } from './open-files.ts'
import type { Chunk } from './volume.ts'

/** What is wanted of a file of `size` bytes. */
export interface Wanted {
  readonly offset: number
  readonly count: number
  readonly size: number
  /** Whether a long part may be left where it is. */
  readonly mayStay: boolean
}

/** What was read from `offset` of a file that has these attributes. */
export function chunkOf({ pieces, release }: Lent, offset: number, attributes: Attributes): Chunk {
  const length = lengthOf(pieces)
  const eof = length === 0 || offset + length >= Number(attributes.size)
  return { data: pieces, length, eof, attributes, release }
}

/** Reads of an open file, which is kept open for as long as what stayed in it is lent. */
export async function lendOf(
  file: OpenFile,
  { offset, count, size, mayStay }: Wanted,
  keep: Keep,
): Promise<Lent> {
  const part = mayStay ? file.part(offset, count, size) : undefined
  return part === undefined ? file.read(offset, count, size) : { pieces: [part], release: keep() }
}
