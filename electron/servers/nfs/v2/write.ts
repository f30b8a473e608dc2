import { writeAttributesResult } from '../../../protocols/nfs/v2/attributes.ts'
import { readWriteArguments } from '../../../protocols/nfs/v2/write.ts'
import { changing, procedure2 } from './procedure.ts'

/** WRITE (RFC 1094 section 2.2.9). Repeating one does no harm. */
export const write = procedure2({
  read: readWriteArguments,
  run: async ({ file, offset, data }, call) => {
    const node = await call.node(file)
    return changing(node, async (volume) => {
      await volume.write(node.key, offset, data, true)
      return { attributes: await volume.attributes(node.key) }
    })
  },
  write: writeAttributesResult,
})
