/** WRITE (RFC 1094 section 2.2.9); its results are `attrstat`, and the data are on the disk before them. */
import type { Reader } from '../../bytes.ts'
import { readOpaque } from '../../sunrpc/xdr.ts'
import { DATA_LIMIT, readHandle } from './attributes.ts'

export interface WriteArguments {
  readonly file: Buffer
  readonly offset: number
  readonly data: Buffer
}

export function readWriteArguments(reader: Reader): WriteArguments {
  const file = readHandle(reader)
  reader.skip(4, 'beginoffset')
  const offset = reader.u32('offset')
  reader.skip(4, 'totalcount')
  return { file, offset, data: readOpaque(reader, DATA_LIMIT, 'data') }
}
