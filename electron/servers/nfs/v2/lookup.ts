import { readDirectoryEntry, writeDirectoryEntryResult } from '../../../protocols/nfs/v2/attributes.ts'
import { lookupIn } from '../call.ts'
import { procedure2 } from './procedure.ts'

/** LOOKUP (RFC 1094 section 2.2.5). */
export const lookup = procedure2({
  read: readDirectoryEntry,
  run: async ({ directory, name }, call) => {
    const node = await call.node(directory)
    const { key, attributes } = await lookupIn(node, name, call)
    return { handle: node.handleOf(key), attributes }
  },
  write: writeDirectoryEntryResult,
})
