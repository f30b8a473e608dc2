import { FileType } from '../../../protocols/nfs/attributes.ts'
import { readSymlinkArguments, writeCreateResult } from '../../../protocols/nfs/v3/create.ts'
import { ownedBy } from '../call.ts'
import { creating } from './creation.ts'
import { procedure3 } from './procedure.ts'

/** SYMLINK (RFC 1813 section 3.3.10). The text is kept as it is, whatever it says. */
export const symlink = procedure3({
  idempotent: false,
  read: readSymlinkArguments,
  run: ({ where, attributes, target }, call) =>
    creating(where, call, (volume, directory, name) =>
      volume.create(directory, name, { type: FileType.SYMLINK, target }, ownedBy(call.user, attributes)),
    ),
  write: writeCreateResult,
})
