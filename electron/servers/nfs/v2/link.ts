import { writeStatus } from '../../../protocols/nfs/v2/attributes.ts'
import { readLinkArguments } from '../../../protocols/nfs/v2/rename.ts'
import { together } from '../call.ts'
import { changing, procedure2 } from './procedure.ts'

/** LINK (RFC 1094 section 2.2.13). */
export const link = procedure2({
  idempotent: false,
  read: readLinkArguments,
  run: async ({ file, link: where }, call) => {
    const node = await call.node(file)
    const directory = await call.node(where.directory)
    together(node, directory)
    await changing(directory, (volume) => volume.link(node.key, directory.key, where.name))
    return {}
  },
  write: writeStatus,
})
