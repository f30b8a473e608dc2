import { Procedure3 as Number3 } from '../../../protocols/nfs/v3/program.ts'
import { nullProcedure, type ProgramVersion } from '../../rpc/program.ts'
import type { NfsServices } from '../call.ts'
import { access } from './access.ts'
import { commit } from './commit.ts'
import { create } from './create.ts'
import { fsinfo, fsstat, pathconf } from './filesystem.ts'
import { getattr } from './getattr.ts'
import { link } from './link.ts'
import { lookup } from './lookup.ts'
import { mkdir } from './mkdir.ts'
import { mknod } from './mknod.ts'
import type { Procedure3 } from './procedure.ts'
import { read } from './read.ts'
import { readdir } from './readdir.ts'
import { readdirplus } from './readdirplus.ts'
import { readlink } from './readlink.ts'
import { remove } from './remove.ts'
import { rename } from './rename.ts'
import { rmdir } from './rmdir.ts'
import { setattr } from './setattr.ts'
import { symlink } from './symlink.ts'
import { write } from './write.ts'

const procedures: ReadonlyMap<number, Procedure3> = new Map([
  [Number3.GETATTR, getattr],
  [Number3.SETATTR, setattr],
  [Number3.LOOKUP, lookup],
  [Number3.ACCESS, access],
  [Number3.READLINK, readlink],
  [Number3.READ, read],
  [Number3.WRITE, write],
  [Number3.CREATE, create],
  [Number3.MKDIR, mkdir],
  [Number3.SYMLINK, symlink],
  [Number3.MKNOD, mknod],
  [Number3.REMOVE, remove],
  [Number3.RMDIR, rmdir],
  [Number3.RENAME, rename],
  [Number3.LINK, link],
  [Number3.READDIR, readdir],
  [Number3.READDIRPLUS, readdirplus],
  [Number3.FSSTAT, fsstat],
  [Number3.FSINFO, fsinfo],
  [Number3.PATHCONF, pathconf],
  [Number3.COMMIT, commit],
])

/** NFS version 3 (RFC 1813). */
export function nfsVersion3(services: NfsServices): ProgramVersion {
  const version = [...procedures].map(([number, make]) => [number, make(services)] as const)
  return new Map([[Number3.NULL, nullProcedure], ...version])
}
