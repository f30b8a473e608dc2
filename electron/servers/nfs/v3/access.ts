import { readAccessArguments, writeAccessResult } from '../../../protocols/nfs/v3/access.ts'
import { accessOf } from '../access.ts'
import { withStatus } from '../call.ts'
import { isWritable } from '../volume/volume.ts'
import { procedure3 } from './procedure.ts'

/** ACCESS (RFC 1813 section 3.3.4). */
export const access = procedure3({
  read: readAccessArguments,
  run: ({ file, access: wanted }, call) =>
    withStatus(
      async () => {
        const { volume, key } = await call.node(file)
        const attributes = await volume.attributes(key)
        const granted = accessOf(attributes, isWritable(volume), call.user)
        return { attributes, access: wanted & granted }
      },
      async () => ({ attributes: await call.attributes(file) }),
    ),
  write: writeAccessResult,
})
