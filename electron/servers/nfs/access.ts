import { FileType, type Attributes } from '../../protocols/nfs/attributes.ts'
import { Access } from '../../protocols/nfs/v3/access.ts'
import type { SystemCredential } from '../../protocols/sunrpc/auth.ts'

/**
 * Which of its rights (RFC 1813 section 3.3.4) a client has. What is for reading is for everyone to read: who
 * exports a folder means it. On what can be written to, the mode says it, and root may do anything.
 */
export function accessOf(
  attributes: Attributes,
  isWritable: boolean,
  credential: SystemCredential | undefined,
): number {
  const isDirectory = attributes.type === FileType.DIRECTORY
  const isProgram = !isDirectory && (attributes.mode & 0o111) !== 0
  if (!isWritable) return rights(isDirectory, { read: true, write: false, execute: isDirectory || isProgram })
  if (credential?.uid === 0)
    return rights(isDirectory, { read: true, write: true, execute: isDirectory || isProgram })
  const bits = attributes.mode >>> classShift(attributes, credential)
  return rights(isDirectory, { read: (bits & 4) !== 0, write: (bits & 2) !== 0, execute: (bits & 1) !== 0 })
}

function classShift({ uid, gid }: Attributes, credential: SystemCredential | undefined): number {
  if (credential === undefined) return 0
  if (credential.uid === uid) return 6
  return credential.gid === gid || credential.gids.includes(gid) ? 3 : 0
}

function rights(
  isDirectory: boolean,
  { read, write, execute }: { readonly read: boolean; readonly write: boolean; readonly execute: boolean },
): number {
  const change = Access.MODIFY | Access.EXTEND | (isDirectory ? Access.DELETE : 0)
  return (
    (read ? Access.READ : 0) |
    (write ? change : 0) |
    (execute ? (isDirectory ? Access.LOOKUP : Access.EXECUTE) : 0)
  )
}
