import { DATA_LIMIT } from '../../../protocols/nfs/v2/attributes.ts'
import { readReadArguments, writeReadResult } from '../../../protocols/nfs/v2/read.ts'
import { readFrom, releaseChunk } from '../call.ts'
import { procedure2 } from './procedure.ts'

/** READ (RFC 1094 section 2.2.7). Past the end it succeeds with no bytes, as read-ahead needs it. */
export const read = procedure2({
  read: readReadArguments,
  run: async ({ file, offset, count }, call) =>
    readFrom(await call.node(file), offset, Math.min(count, DATA_LIMIT), call),
  write: writeReadResult,
  sent: (result) => releaseChunk(result),
})
