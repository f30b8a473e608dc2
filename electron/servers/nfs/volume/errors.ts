import { Status, type ErrorStatus } from '../../../protocols/nfs/status.ts'
import { NfsError } from './volume.ts'

/** What an error of the operating system is to a client. */
const STATUSES: Readonly<Record<string, ErrorStatus>> = {
  EPERM: Status.PERM,
  ENOENT: Status.NOENT,
  EIO: Status.IO,
  EACCES: Status.ACCES,
  EEXIST: Status.EXIST,
  ENOTDIR: Status.NOTDIR,
  EISDIR: Status.ISDIR,
  EINVAL: Status.INVAL,
  EFBIG: Status.FBIG,
  ENOSPC: Status.NOSPC,
  EROFS: Status.ROFS,
  ENAMETOOLONG: Status.NAMETOOLONG,
  ENOTEMPTY: Status.NOTEMPTY,
  EDQUOT: Status.DQUOT,
  // A file was put in place of a symbolic link or the other way round while it was opened.
  ELOOP: Status.STALE,
  // A passing shortage: version 3 has a way to say "later".
  EMFILE: Status.JUKEBOX,
  ENFILE: Status.JUKEBOX,
  ENOMEM: Status.JUKEBOX,
  EAGAIN: Status.JUKEBOX,
}

/** The same error in the words of NFS; what the system did not say is left as it is. */
export function nfsError(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  if (error instanceof NfsError || code === undefined) return error
  return new NfsError(STATUSES[code] ?? Status.IO, (error as Error).message)
}

/** Runs `action` and rethrows what the operating system threw as an `NfsError`. */
export async function inNfsTerms<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    throw nfsError(error)
  }
}

/** Takes a name that is not there for nothing, and any other error for what it is. */
export function ifAbsent(error: unknown): undefined {
  if (!(error instanceof NfsError) || error.status !== Status.NOENT) throw error
}

export const stale = (): NfsError => new NfsError(Status.STALE, 'there is no such node any more')
