import { readDirectoryEntry } from '../../../protocols/nfs/v3/attributes.ts'
import { writeWccResult } from '../../../protocols/nfs/v3/setattr.ts'
import { changing, procedure3 } from './procedure.ts'

/** REMOVE (RFC 1813 section 3.3.12). */
export const remove = procedure3({
  idempotent: false,
  read: readDirectoryEntry,
  run: async ({ directory, name }, call) => {
    const { status, wcc } = await changing(
      () => call.node(directory),
      (volume, { key }) => volume.remove(key, name),
    )
    return { status, ...wcc }
  },
  write: writeWccResult,
})
