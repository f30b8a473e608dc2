/** What both versions of NFS tell of a file, before either puts it into bytes. */

/** `ftype3` (RFC 1813 section 2.5). */
export const FileType = {
  REGULAR: 1,
  DIRECTORY: 2,
  BLOCK: 3,
  CHARACTER: 4,
  SYMLINK: 5,
  SOCKET: 6,
  FIFO: 7,
} as const
export type FileType = (typeof FileType)[keyof typeof FileType]

/** Since the Unix epoch. */
export interface Time {
  readonly seconds: number
  readonly nanoseconds: number
}

export interface Device {
  readonly major: number
  readonly minor: number
}

/** `fattr3` (RFC 1813 section 2.5). Sizes are bytes; `mode` holds the permission bits and no file type. */
export interface Attributes {
  readonly type: FileType
  readonly mode: number
  readonly links: number
  readonly uid: number
  readonly gid: number
  readonly size: bigint
  /** Bytes on the disk. */
  readonly used: bigint
  readonly device: Device
  readonly fsid: bigint
  readonly fileid: bigint
  readonly accessed: Time
  readonly modified: Time
  readonly changed: Time
}

/** How a time is to be set (RFC 1813 section 2.5, `time_how`). */
export type TimeChange = 'server' | Time

/** What SETATTR and the creating procedures ask for; what is absent stays as it is. */
export interface AttributeChanges {
  readonly mode?: number
  readonly uid?: number
  readonly gid?: number
  readonly size?: bigint
  readonly accessed?: TimeChange
  readonly modified?: TimeChange
}
