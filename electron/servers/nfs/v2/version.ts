import { Procedure2 as Number2 } from '../../../protocols/nfs/v2/program.ts'
import { nullProcedure, type ProgramVersion } from '../../rpc/program.ts'
import type { NfsServices } from '../call.ts'
import { create } from './create.ts'
import { getattr } from './getattr.ts'
import { link } from './link.ts'
import { lookup } from './lookup.ts'
import { mkdir } from './mkdir.ts'
import type { Procedure2 } from './procedure.ts'
import { read } from './read.ts'
import { readdir } from './readdir.ts'
import { readlink } from './readlink.ts'
import { remove } from './remove.ts'
import { rename } from './rename.ts'
import { rmdir } from './rmdir.ts'
import { setattr } from './setattr.ts'
import { statfs } from './statfs.ts'
import { symlink } from './symlink.ts'
import { write } from './write.ts'

const procedures: ReadonlyMap<number, Procedure2> = new Map([
  [Number2.GETATTR, getattr],
  [Number2.SETATTR, setattr],
  [Number2.LOOKUP, lookup],
  [Number2.READLINK, readlink],
  [Number2.READ, read],
  [Number2.WRITE, write],
  [Number2.CREATE, create],
  [Number2.REMOVE, remove],
  [Number2.RENAME, rename],
  [Number2.LINK, link],
  [Number2.SYMLINK, symlink],
  [Number2.MKDIR, mkdir],
  [Number2.RMDIR, rmdir],
  [Number2.READDIR, readdir],
  [Number2.STATFS, statfs],
])

/** NFS version 2 (RFC 1094). Its obsolete ROOT and unused WRITECACHE take and return nothing, as NULL does. */
export function nfsVersion2(services: NfsServices): ProgramVersion {
  const version = [...procedures].map(([number, make]) => [number, make(services)] as const)
  const empty = [Number2.NULL, Number2.ROOT, Number2.WRITECACHE].map(
    (number) => [number, nullProcedure] as const,
  )
  return new Map([...empty, ...version])
}
