import { FileType } from '../../../protocols/nfs/attributes.ts'
import { readMkdirArguments, writeCreateResult } from '../../../protocols/nfs/v3/create.ts'
import { ownedBy } from '../call.ts'
import { creating } from './creation.ts'
import { procedure3 } from './procedure.ts'

/** MKDIR (RFC 1813 section 3.3.9). */
export const mkdir = procedure3({
  idempotent: false,
  read: readMkdirArguments,
  run: ({ where, attributes }, call) =>
    creating(where, call, (volume, directory, name) =>
      volume.create(directory, name, { type: FileType.DIRECTORY }, ownedBy(call.user, attributes)),
    ),
  write: writeCreateResult,
})
