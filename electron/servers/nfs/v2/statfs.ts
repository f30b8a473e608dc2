import { readHandle } from '../../../protocols/nfs/v2/attributes.ts'
import { writeStatfsResult } from '../../../protocols/nfs/v2/statfs.ts'
import { procedure2 } from './procedure.ts'

/** STATFS (RFC 1094 section 2.2.18). */
export const statfs = procedure2({
  read: readHandle,
  run: async (file: Buffer, call) => {
    const { volume, key } = await call.node(file)
    await volume.attributes(key)
    return volume.space()
  },
  write: writeStatfsResult,
})
