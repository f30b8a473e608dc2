import { readDirectoryEntry, writeStatus } from '../../../protocols/nfs/v2/attributes.ts'
import { changing, procedure2 } from './procedure.ts'

/** REMOVE (RFC 1094 section 2.2.11). */
export const remove = procedure2({
  idempotent: false,
  read: readDirectoryEntry,
  run: async ({ directory, name }, call) => {
    const node = await call.node(directory)
    await changing(node, (volume) => volume.remove(node.key, name))
    return {}
  },
  write: writeStatus,
})
