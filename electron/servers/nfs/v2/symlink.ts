import { FileType } from '../../../protocols/nfs/attributes.ts'
import { writeStatus } from '../../../protocols/nfs/v2/attributes.ts'
import { readSymlinkArguments } from '../../../protocols/nfs/v2/create.ts'
import { ownedBy } from '../call.ts'
import { changing, procedure2 } from './procedure.ts'

/** SYMLINK (RFC 1094 section 2.2.14). The text is kept as it is, whatever it says. */
export const symlink = procedure2({
  idempotent: false,
  read: readSymlinkArguments,
  run: async ({ where, target, attributes }, call) => {
    const node = await call.node(where.directory)
    const owned = ownedBy(call.user, attributes)
    await changing(node, (volume) =>
      volume.create(node.key, where.name, { type: FileType.SYMLINK, target }, owned),
    )
    return {}
  },
  write: writeStatus,
})
