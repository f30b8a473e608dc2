import { FileType } from '../../../protocols/nfs/attributes.ts'
import { Status } from '../../../protocols/nfs/status.ts'
import { readMknodArguments, writeCreateResult } from '../../../protocols/nfs/v3/create.ts'
import { ownedBy } from '../call.ts'
import { NfsError } from '../volume/volume.ts'
import { creating } from './creation.ts'
import { procedure3 } from './procedure.ts'

/** MKNOD (RFC 1813 section 3.3.11). */
export const mknod = procedure3({
  idempotent: false,
  read: readMknodArguments,
  run: ({ where, type, attributes, device }, call) =>
    creating(where, call, (volume, directory, name) => {
      if (type === FileType.REGULAR || type === FileType.DIRECTORY || type === FileType.SYMLINK)
        throw new NfsError(Status.BADTYPE, 'has a procedure of its own')
      return volume.create(directory, name, { type, device }, ownedBy(call.user, attributes))
    }),
  write: writeCreateResult,
})
