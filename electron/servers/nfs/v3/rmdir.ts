import { readDirectoryEntry } from '../../../protocols/nfs/v3/attributes.ts'
import { writeWccResult } from '../../../protocols/nfs/v3/setattr.ts'
import { changing, procedure3 } from './procedure.ts'

/** RMDIR (RFC 1813 section 3.3.13). */
export const rmdir = procedure3({
  idempotent: false,
  read: readDirectoryEntry,
  run: async ({ directory, name }, call) => {
    const { status, wcc } = await changing(
      () => call.node(directory),
      (volume, { key }) => volume.removeDirectory(key, name),
    )
    return { status, ...wcc }
  },
  write: writeWccResult,
})
