import { FileType, type Attributes } from '../../protocols/nfs/attributes.ts'
import { Access } from '../../protocols/nfs/v3/access.ts'
import type { SystemCredential } from '../../protocols/sunrpc/auth.ts'

/** Who calls, as files know it: what the client says of itself. */
export type User = Pick<SystemCredential, 'uid' | 'gid' | 'gids'>

export const ROOT = 0
/** Who says nothing of itself. */
export const NOBODY: User = { uid: 65_534, gid: 65_534, gids: [] }

/**
 * Which of its rights (RFC 1813 section 3.3.4) a client has, and the one place that says so. What is for reading is
 * for everyone to read, as far as this service can read it itself: who exports a folder means it, and a boot loader
 * has no user. What can be written to is the disk of a system with users of its own: there the mode says it, and
 * root may do anything. `guarded` holds all procedures to it.
 */
export function accessOf(attributes: Attributes, isWritable: boolean, user: User): number {
  const isDirectory = attributes.type === FileType.DIRECTORY
  const isProgram = !isDirectory && (attributes.mode & 0o111) !== 0
  if (!isWritable) return rights(isDirectory, { read: true, write: false, execute: isDirectory || isProgram })
  if (user.uid === ROOT)
    return rights(isDirectory, { read: true, write: true, execute: isDirectory || isProgram })
  const bits = attributes.mode >>> classShift(attributes, user)
  return rights(isDirectory, { read: (bits & 4) !== 0, write: (bits & 2) !== 0, execute: (bits & 1) !== 0 })
}

function classShift({ uid, gid }: Attributes, user: User): number {
  if (user.uid === uid) return 6
  return user.gid === gid || user.gids.includes(gid) ? 3 : 0
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
