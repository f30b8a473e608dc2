import { FileType } from '../../../protocols/nfs/attributes.ts'
import { Status } from '../../../protocols/nfs/status.ts'
import { writeDirectoryEntryResult } from '../../../protocols/nfs/v2/attributes.ts'
import { readCreateArguments } from '../../../protocols/nfs/v2/create.ts'
import { ownedBy } from '../call.ts'
import { checkChange } from '../volume/names.ts'
import { NfsError, type NodeKey, type WritableVolume } from '../volume/volume.ts'
import { changing, procedure2 } from './procedure.ts'

/** CREATE (RFC 1094 section 2.2.10). What exists is kept, but for a size that is asked for. */
export const create = procedure2({
  idempotent: false,
  read: readCreateArguments,
  run: async ({ where, attributes }, call) => {
    const node = await call.node(where.directory)
    return changing(node, async (volume) => {
      checkChange(where.name)
      const existing = await existingFile(volume, node.key, where.name)
      if (existing !== undefined && attributes.size !== undefined)
        await volume.setAttributes(existing, { size: attributes.size })
      const key =
        existing ??
        (await volume.create(
          node.key,
          where.name,
          { type: FileType.REGULAR },
          ownedBy(call.user, attributes),
        ))
      return { handle: node.handleOf(key), attributes: await volume.attributes(key) }
    })
  },
  write: writeDirectoryEntryResult,
})

async function existingFile(
  volume: WritableVolume,
  directory: NodeKey,
  name: string,
): Promise<NodeKey | undefined> {
  try {
    const { key, attributes } = await volume.lookup(directory, name)
    if (attributes.type !== FileType.REGULAR) throw new NfsError(Status.EXIST, 'the name exists')
    return key
  } catch (error) {
    if (error instanceof NfsError && error.status === Status.NOENT) return undefined
    throw error
  }
}
