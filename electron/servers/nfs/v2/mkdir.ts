import { FileType } from '../../../protocols/nfs/attributes.ts'
import { writeDirectoryEntryResult } from '../../../protocols/nfs/v2/attributes.ts'
import { readCreateArguments } from '../../../protocols/nfs/v2/create.ts'
import { ownedBy } from '../call.ts'
import { changing, procedure2 } from './procedure.ts'

/** MKDIR (RFC 1094 section 2.2.15). */
export const mkdir = procedure2({
  idempotent: false,
  read: readCreateArguments,
  run: async ({ where, attributes }, call) => {
    const node = await call.node(where.directory)
    const owned = ownedBy(call.user, attributes)
    return changing(node, async (volume) => {
      const key = await volume.create(node.key, where.name, { type: FileType.DIRECTORY }, owned)
      return { handle: node.handleOf(key), attributes: await volume.attributes(key) }
    })
  },
  write: writeDirectoryEntryResult,
})
