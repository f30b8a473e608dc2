import { Status } from '../../../protocols/nfs/status.ts'
import { readSetattrArguments, writeWccResult } from '../../../protocols/nfs/v3/setattr.ts'
import { NfsError } from '../volume/volume.ts'
import { changing, procedure3 } from './procedure.ts'

/** SETATTR (RFC 1813 section 3.3.2). */
export const setattr = procedure3({
  idempotent: false,
  read: readSetattrArguments,
  run: async ({ file, changes, guard }, call) => {
    const { status, wcc } = await changing(
      () => call.node(file),
      async (volume, node, { changed }) => {
        const isGuarded = guard !== undefined
        if (isGuarded && (guard.seconds !== changed.seconds || guard.nanoseconds !== changed.nanoseconds))
          throw new NfsError(Status.NOT_SYNC, 'changed meanwhile')
        await volume.setAttributes(node.key, changes)
      },
    )
    return { status, ...wcc }
  },
  write: writeWccResult,
})
