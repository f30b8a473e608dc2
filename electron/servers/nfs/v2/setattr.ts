import { writeAttributesResult } from '../../../protocols/nfs/v2/attributes.ts'
import { readSetattrArguments } from '../../../protocols/nfs/v2/setattr.ts'
import { changing, procedure2 } from './procedure.ts'

/** SETATTR (RFC 1094 section 2.2.3). */
export const setattr = procedure2({
  idempotent: false,
  read: readSetattrArguments,
  run: async ({ file, changes }, call) => {
    const node = await call.node(file)
    return changing(node, async (volume) => {
      await volume.setAttributes(node.key, changes)
      return { attributes: await volume.attributes(node.key) }
    })
  },
  write: writeAttributesResult,
})
