import { readHandle, writeAttributesResult } from '../../../protocols/nfs/v2/attributes.ts'
import { procedure2 } from './procedure.ts'

/** GETATTR (RFC 1094 section 2.2.2). */
export const getattr = procedure2({
  read: readHandle,
  run: async (file: Buffer, call) => {
    const { volume, key } = await call.node(file)
    return { attributes: await volume.attributes(key) }
  },
  write: writeAttributesResult,
})
