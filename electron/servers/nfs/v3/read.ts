import { readReadArguments, writeReadResult } from '../../../protocols/nfs/v3/read.ts'
import { offsetOf, readFrom, releaseChunk, withStatus } from '../call.ts'
import { procedure3 } from './procedure.ts'

/** READ (RFC 1813 section 3.3.6). */
export const read = procedure3({
  read: readReadArguments,
  run: ({ file, offset, count }, call) =>
    withStatus(
      async () => readFrom(await call.node(file), offsetOf(offset), count, call),
      async () => ({ attributes: await call.attributes(file) }),
    ),
  write: writeReadResult,
  sent: (result) => releaseChunk(result),
})
