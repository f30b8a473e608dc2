import { readDirectoryEntry, writeStatus } from '../../../protocols/nfs/v2/attributes.ts'
import { changing, procedure2 } from './procedure.ts'

/** RMDIR (RFC 1094 section 2.2.16). */
export const rmdir = procedure2({
  idempotent: false,
  read: readDirectoryEntry,
  run: async ({ directory, name }, call) => {
    const node = await call.node(directory)
    await changing(node, (volume) => volume.removeDirectory(node.key, name))
    return {}
  },
  write: writeStatus,
})
