import { Status } from '../../../protocols/nfs/status.ts'
import { readWriteArguments, Stability, writeWriteResult } from '../../../protocols/nfs/v3/write.ts'
import { offsetOf } from '../call.ts'
import { changing, procedure3 } from './procedure.ts'

/** WRITE (RFC 1813 section 3.3.7). Repeating one does no harm. */
export const write = procedure3({
  read: readWriteArguments,
  run: async ({ file, offset, stability, data }, call) => {
    const isSynchronous = stability !== Stability.UNSTABLE
    const { status, wcc } = await changing(
      () => call.node(file),
      (volume, { key }) => volume.write(key, offsetOf(offset), data, isSynchronous),
    )
    if (status !== Status.OK) return { status, ...wcc }
    const committed = isSynchronous ? Stability.FILE_SYNC : Stability.UNSTABLE
    return { status, ...wcc, count: data.length, committed, verifier: call.services.writeVerifier }
  },
  write: writeWriteResult,
})
