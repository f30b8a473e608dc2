import { readLinkArguments, writeLinkResult } from '../../../protocols/nfs/v3/rename.ts'
import { together } from '../call.ts'
import { changing, procedure3 } from './procedure.ts'

/** LINK (RFC 1813 section 3.3.15). */
export const link = procedure3({
  idempotent: false,
  read: readLinkArguments,
  run: async ({ file, link: where }, call) => {
    const { status, wcc } = await changing(
      () => call.node(where.directory),
      async (volume, directory) => {
        const node = await call.node(file)
        together(node, directory)
        await volume.link(node.key, directory.key, where.name)
      },
    )
    return { status, attributes: await call.attributes(file), directory: wcc }
  },
  write: writeLinkResult,
})
