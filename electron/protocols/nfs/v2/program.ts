/** Program 100003, version 2 (RFC 1094 section 2.2). */
export const NFS_VERSION_2 = 2

export const Procedure2 = {
  NULL: 0,
  GETATTR: 1,
  SETATTR: 2,
  ROOT: 3,
  LOOKUP: 4,
  READLINK: 5,
  READ: 6,
  WRITECACHE: 7,
  WRITE: 8,
  CREATE: 9,
  REMOVE: 10,
  RENAME: 11,
  LINK: 12,
  SYMLINK: 13,
  MKDIR: 14,
  RMDIR: 15,
  READDIR: 16,
  STATFS: 17,
} as const
