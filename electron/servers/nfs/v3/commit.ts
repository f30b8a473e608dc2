import { Status } from '../../../protocols/nfs/status.ts'
import { readCommitArguments, writeCommitResult } from '../../../protocols/nfs/v3/write.ts'
import { changing, procedure3 } from './procedure.ts'

/** COMMIT (RFC 1813 section 3.3.21): puts all of the file on the disk, whatever part is asked for. */
export const commit = procedure3({
  read: readCommitArguments,
  run: async ({ file }, call) => {
    const { status, wcc } = await changing(
      () => call.node(file),
      (volume, { key }) => volume.commit(key),
    )
    if (status !== Status.OK) return { status, ...wcc }
    return { status, ...wcc, verifier: call.services.writeVerifier }
  },
  write: writeCommitResult,
})
