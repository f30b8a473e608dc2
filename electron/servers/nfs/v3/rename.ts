import { readRenameArguments, writeRenameResult } from '../../../protocols/nfs/v3/rename.ts'
import { together } from '../call.ts'
import { changing, procedure3, wccOf } from './procedure.ts'

/** RENAME (RFC 1813 section 3.3.14). */
export const rename = procedure3({
  idempotent: false,
  read: readRenameArguments,
  run: async ({ from, to }, call) => {
    const target = await call.node(to.directory).catch(() => undefined)
    const before = await target?.attributes()
    const { status, wcc } = await changing(
      () => call.node(from.directory),
      async (volume, source) => {
        const destination = target ?? (await call.node(to.directory))
        together(source, destination)
        await volume.rename(source.key, from.name, destination.key, to.name)
      },
    )
    const { after } = await wccOf(target)
    return { status, from: wcc, to: { before, after } }
  },
  write: writeRenameResult,
})
