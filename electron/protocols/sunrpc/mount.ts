/**
 * The mount protocol, program 100005: versions 1 (RFC 1094 appendix A) and 3 (RFC 1813 appendix I), and 2, which is
 * version 1 with PATHCONF (X/Open "Protocols for Interworking: XNFS", section 7.6).
 */
import type { Reader, Writer } from '../bytes.ts'
import { readString, writeFixedOpaque, writeList, writeOpaque, writeString } from './xdr.ts'

export const MOUNT_PROGRAM = 100005

/**
 * The same numbers in all versions. EXPORTALL is EXPORT again, in versions 1 and 2 of Sun's `mount.x` though not in
 * RFC 1094; PATHCONF is in version 2 alone.
 */
export const MountProcedure = {
  NULL: 0,
  MNT: 1,
  DUMP: 2,
  UMNT: 3,
  UMNTALL: 4,
  EXPORT: 5,
  EXPORTALL: 6,
  PATHCONF: 7,
} as const

/** RFC 1813 section 5.1.5, `mountstat3`; version 1 returns the same numbers, which are those of UNIX. */
export const MountStatus = {
  OK: 0,
  PERM: 1,
  NOENT: 2,
  IO: 5,
  ACCES: 13,
  NOTDIR: 20,
  INVAL: 22,
  NAMETOOLONG: 63,
  NOTSUPP: 10004,
  SERVERFAULT: 10006,
} as const
export type MountStatus = (typeof MountStatus)[keyof typeof MountStatus]

/** `MNTPATHLEN` of both versions. */
const PATH_LIMIT = 1024

/** The argument of MNT and UMNT. */
export function readMountPath(reader: Reader): string {
  return readString(reader, PATH_LIMIT, 'dirpath')
}

export type MountResult =
  | { readonly status: typeof MountStatus.OK; readonly handle: Uint8Array }
  | { readonly status: Exclude<MountStatus, typeof MountStatus.OK> }

/** `fhstatus` (RFC 1094 section A.5): the handle has 32 bytes and no length. */
export function writeMountResult1(writer: Writer, result: MountResult): void {
  writer.u32(result.status)
  if (result.status === MountStatus.OK) writeFixedOpaque(writer, result.handle)
}

/** The bits of `pc_mask`: what is not told, and which of the two yes-or-no values are yes. */
const PathconfMask = {
  ERROR: 1,
  MAX_CANON: 4,
  MAX_INPUT: 8,
  PIPE_BUF: 64,
  NO_TRUNC: 128,
  CHOWN_RESTRICTED: 512,
}
const { MAX_CANON, MAX_INPUT, PIPE_BUF, NO_TRUNC, CHOWN_RESTRICTED } = PathconfMask
const MOST_LINKS = 0x7fff_ffff

/**
 * `ppathcnf`, POSIX's limits of files: ten numbers of 4 bytes each, the last two being `pc_mask`. Terminals and pipes
 * are the client's own. `nameLimit`, in bytes, is undefined when there is no such folder.
 */
export function writePathconf(writer: Writer, nameLimit: number | undefined): void {
  if (nameLimit === undefined)
    writer
      .zeros(8 * 4)
      .u32(PathconfMask.ERROR)
      .u32(0)
  else {
    writer.u32(MOST_LINKS).u32(0).u32(0).u32(nameLimit).u32(PATH_LIMIT).u32(0).u32(0).u32(0)
    writer.u32(MAX_CANON | MAX_INPUT | PIPE_BUF | NO_TRUNC | CHOWN_RESTRICTED).u32(0)
  }
}

/** `mountres3` (RFC 1813 section 5.2.1), with the flavours of authentication that the mount may be used with. */
export function writeMountResult3(writer: Writer, result: MountResult, flavors: readonly number[]): void {
  writer.u32(result.status)
  if (result.status !== MountStatus.OK) return
  writeOpaque(writer, result.handle)
  writer.u32(flavors.length)
  for (const flavor of flavors) writer.u32(flavor)
}

/** `mountbody` of the list that DUMP returns. */
export interface MountEntry {
  readonly hostname: string
  readonly directory: string
}

export function writeMountEntries(writer: Writer, entries: Iterable<MountEntry>): void {
  writeList(writer, entries, (each, { hostname, directory }) => {
    writeString(each, hostname)
    writeString(each, directory)
  })
}

/** `exportnode` of the list that EXPORT returns. No groups means everyone. */
export interface ExportEntry {
  readonly directory: string
  readonly groups: readonly string[]
}

export function writeExportEntries(writer: Writer, entries: Iterable<ExportEntry>): void {
  writeList(writer, entries, (each, { directory, groups }) => {
    writeString(each, directory)
    writeList(each, groups, writeString)
  })
}
