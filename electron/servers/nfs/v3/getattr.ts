import { readHandle } from '../../../protocols/nfs/v3/attributes.ts'
import { writeGetattrResult } from '../../../protocols/nfs/v3/getattr.ts'
import { withStatus } from '../call.ts'
import { procedure3 } from './procedure.ts'

/** GETATTR (RFC 1813 section 3.3.1). */
export const getattr = procedure3({
  read: readHandle,
  run: (file: Buffer, call) =>
    withStatus(
      async () => {
        const node = await call.node(file)
        return { attributes: await node.volume.attributes(node.key) }
      },
      () => ({}),
    ),
  write: writeGetattrResult,
})
