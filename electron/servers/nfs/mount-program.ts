/** The mount protocol: a path in, the handle of a folder out (RFC 1094 appendix A, RFC 1813 appendix I). */
import type { Reader, Writer } from '../../protocols/bytes.ts'
import { AuthFlavor } from '../../protocols/sunrpc/auth.ts'
import {
  MOUNT_PROGRAM,
  MountProcedure,
  MountStatus,
  readMountPath,
  writeExportEntries,
  writeMountEntries,
  writeMountResult1,
  writeMountResult3,
  writePathconf,
  type MountEntry,
  type MountResult,
} from '../../protocols/sunrpc/mount.ts'
import { nullProcedure, procedure, type Caller, type Procedure, type Program } from '../rpc/program.ts'
import type { Exports } from './exports.ts'
import type { Reports } from './reports.ts'
import { NAME_LIMIT } from './volume/names.ts'
import { NfsError } from './volume/volume.ts'

export const MOUNT_VERSIONS = [1, 2, 3] as const

/** Who has mounted what is told for as many mounts; clients that vanish never say so. */
const MOUNTS_KEPT = 256
/** What a client may use with a handle; both are taken. */
const FLAVORS = [AuthFlavor.SYS, AuthFlavor.NONE]

const nothing = () => undefined

export function mountProgram(exports: Exports, reports: Reports): Program {
  const mounts = new Map<string, MountEntry>()
  const keyOf = (caller: Caller, path: string) => `${caller.address} ${path}`

  const mount = async (path: string, caller: Caller): Promise<MountResult> => {
    try {
      const node = await exports.mount(path, caller.address)
      mounts.set(keyOf(caller, path), { hostname: caller.address, directory: path })
      const [oldest] = mounts.keys()
      if (mounts.size > MOUNTS_KEPT && oldest !== undefined) mounts.delete(oldest)
      reports.mounted(caller, path)
      return { status: MountStatus.OK, handle: node.handleOf(node.key) }
    } catch (error) {
      if (!(error instanceof NfsError)) throw error
      reports.mountRefused(caller, path, error)
      return { status: statusOf(error) }
    }
  }
  const mnt = (write: (writer: Writer, result: MountResult) => void) =>
    procedure({ read: readMountPath, run: mount, write })
  const list = procedure({
    read: nothing,
    run: () => exports.paths.map((directory) => ({ directory, groups: [] })),
    write: writeExportEntries,
  })
  const nameLimit = (path: string, caller: Caller) =>
    exports.mount(path, caller.address).then(
      () => NAME_LIMIT,
      () => undefined,
    )
  const version = (
    write: (writer: Writer, result: MountResult) => void,
    more: readonly (readonly [number, Procedure])[] = [],
  ) =>
    new Map([
      [MountProcedure.NULL, nullProcedure],
      [MountProcedure.MNT, mnt(write)],
      [
        MountProcedure.DUMP,
        procedure({ read: nothing, run: () => mounts.values(), write: writeMountEntries }),
      ],
      [
        MountProcedure.UMNT,
        procedure({
          read: readMountPath,
          run: (path, caller) => void mounts.delete(keyOf(caller, path)),
          write: nothing,
        }),
      ],
      [
        MountProcedure.UMNTALL,
        procedure({
          read: (_: Reader) => undefined,
          run: (_, caller) => {
            for (const [key, { hostname }] of mounts) if (hostname === caller.address) mounts.delete(key)
          },
          write: nothing,
        }),
      ],
      [MountProcedure.EXPORT, list],
      ...more,
    ])
  const exportAll = [MountProcedure.EXPORTALL, list] as const
  const pathconf = procedure({ read: readMountPath, run: nameLimit, write: writePathconf })
  return {
    number: MOUNT_PROGRAM,
    versions: new Map([
      [1, version(writeMountResult1, [exportAll])],
      [2, version(writeMountResult1, [exportAll, [MountProcedure.PATHCONF, pathconf]])],
      [3, version((writer, result) => writeMountResult3(writer, result, FLAVORS))],
    ]),
  }
}

const known: ReadonlySet<number> = new Set(Object.values(MountStatus))

/** The same numbers as those of NFS, as far as there are such. */
function statusOf({ status }: NfsError): Exclude<MountStatus, typeof MountStatus.OK> {
  return known.has(status) ? (status as Exclude<MountStatus, 0>) : MountStatus.SERVERFAULT
}
