/** What CREATE, MKDIR, SYMLINK and MKNOD have in common. */
import { Status } from '../../../protocols/nfs/status.ts'
import type { DirectoryEntry } from '../../../protocols/nfs/v3/attributes.ts'
import type { CreateResult } from '../../../protocols/nfs/v3/create.ts'
import type { NfsCall } from '../call.ts'
import type { NodeKey, WritableVolume } from '../volume/volume.ts'
import { changing } from './procedure.ts'

export async function creating(
  { directory, name }: DirectoryEntry,
  call: NfsCall,
  create: (volume: WritableVolume, directory: NodeKey, name: string) => Promise<NodeKey>,
): Promise<CreateResult> {
  const { wcc, ...outcome } = await changing(
    () => call.node(directory),
    async (volume, node) => {
      const key = await create(volume, node.key, name)
      return { handle: node.handleOf(key), attributes: await volume.attributes(key) }
    },
  )
  return outcome.status === Status.OK
    ? { status: outcome.status, ...outcome.result, directory: wcc }
    : { status: outcome.status, directory: wcc }
}
