import { writeStatus } from '../../../protocols/nfs/v2/attributes.ts'
import { readRenameArguments } from '../../../protocols/nfs/v2/rename.ts'
import { together } from '../call.ts'
import { changing, procedure2 } from './procedure.ts'

/** RENAME (RFC 1094 section 2.2.12). */
export const rename = procedure2({
  idempotent: false,
  read: readRenameArguments,
  run: async ({ from, to }, call) => {
    const source = await call.node(from.directory)
    const destination = await call.node(to.directory)
    together(source, destination)
    await changing(source, (volume) => volume.rename(source.key, from.name, destination.key, to.name))
    return {}
  },
  write: writeStatus,
})
