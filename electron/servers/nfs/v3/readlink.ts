import { readHandle } from '../../../protocols/nfs/v3/attributes.ts'
import { writeReadlinkResult } from '../../../protocols/nfs/v3/readlink.ts'
import { withStatus } from '../call.ts'
import { procedure3 } from './procedure.ts'

/** READLINK (RFC 1813 section 3.3.5). */
export const readlink = procedure3({
  read: readHandle,
  run: (file: Buffer, call) =>
    withStatus(
      async () => {
        const node = await call.node(file)
        const target = await node.volume.readlink(node.key)
        return { target, attributes: await node.attributes() }
      },
      async () => ({ attributes: await call.attributes(file) }),
    ),
  write: writeReadlinkResult,
})
