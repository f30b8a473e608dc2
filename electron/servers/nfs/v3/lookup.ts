import { Status } from '../../../protocols/nfs/status.ts'
import { readDirectoryEntry } from '../../../protocols/nfs/v3/attributes.ts'
import { writeLookupResult } from '../../../protocols/nfs/v3/lookup.ts'
import { lookupIn, withStatus } from '../call.ts'
import { procedure3 } from './procedure.ts'

/** LOOKUP (RFC 1813 section 3.3.3). */
export const lookup = procedure3({
  read: readDirectoryEntry,
  run: async (where, call) => {
    const result = await withStatus(
      async () => {
        const node = await call.node(where.directory)
        const { key, attributes } = await lookupIn(node, where.name, call)
        return { handle: node.handleOf(key), attributes }
      },
      () => ({}),
    )
    const directory = await call.attributes(where.directory)
    return result.status === Status.OK ? { ...result, directory } : { ...result, directory }
  },
  write: writeLookupResult,
})
