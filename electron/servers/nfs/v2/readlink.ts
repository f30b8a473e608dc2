import { readHandle } from '../../../protocols/nfs/v2/attributes.ts'
import { writeReadlinkResult } from '../../../protocols/nfs/v2/readlink.ts'
import { procedure2 } from './procedure.ts'

/** READLINK (RFC 1094 section 2.2.6). */
export const readlink = procedure2({
  read: readHandle,
  run: async (file: Buffer, call) => {
    const { volume, key } = await call.node(file)
    return { target: await volume.readlink(key) }
  },
  write: writeReadlinkResult,
})
