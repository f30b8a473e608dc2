/** `nfsstat3` (RFC 1813 section 2.6). Version 2 knows a part of the same numbers (RFC 1094 section 2.3.1). */
export const Status = {
  OK: 0,
  PERM: 1,
  NOENT: 2,
  IO: 5,
  NXIO: 6,
  ACCES: 13,
  EXIST: 17,
  XDEV: 18,
  NODEV: 19,
  NOTDIR: 20,
  ISDIR: 21,
  INVAL: 22,
  FBIG: 27,
  NOSPC: 28,
  ROFS: 30,
  MLINK: 31,
  NAMETOOLONG: 63,
  NOTEMPTY: 66,
  DQUOT: 69,
  STALE: 70,
  BADHANDLE: 10001,
  NOT_SYNC: 10002,
  BAD_COOKIE: 10003,
  NOTSUPP: 10004,
  TOOSMALL: 10005,
  SERVERFAULT: 10006,
  BADTYPE: 10007,
  JUKEBOX: 10008,
} as const
export type Status = (typeof Status)[keyof typeof Status]
export type ErrorStatus = Exclude<Status, typeof Status.OK>

/** What a procedure returns: its results, or why not together with what is told even then. */
export type Result<Success, Failed = unknown> =
  ({ readonly status: typeof Status.OK } & Success) | ({ readonly status: ErrorStatus } & Failed)

const VERSION_2: ReadonlySet<Status> = new Set([
  Status.OK,
  Status.PERM,
  Status.NOENT,
  Status.IO,
  Status.NXIO,
  Status.ACCES,
  Status.EXIST,
  Status.NODEV,
  Status.NOTDIR,
  Status.ISDIR,
  Status.FBIG,
  Status.NOSPC,
  Status.ROFS,
  Status.NAMETOOLONG,
  Status.NOTEMPTY,
  Status.DQUOT,
  Status.STALE,
])

/** The nearest thing that a client of version 2 understands (RFC 1094 section 2.3.1). */
export function statusOfVersion2(status: Status): Status {
  if (VERSION_2.has(status)) return status
  if (status === Status.BADHANDLE) return Status.STALE
  if (status === Status.INVAL) return Status.ACCES
  return Status.IO
}
