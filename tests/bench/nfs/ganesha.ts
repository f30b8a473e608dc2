import { chmod, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ChildProcess } from 'node:child_process'
import { findProgram } from '../../../build/debian.mjs'
import type { Computer } from '../../lab/namespaces.ts'

/** Starts nfs-ganesha with a folder for reading by version 3; undefined where its programs are not there. */
export async function startGanesha(
  server: Computer,
  work: string,
  folder: string,
): Promise<ChildProcess | undefined> {
  const [program, rpcbind] = [findProgram('ganesha.nfsd'), findProgram('rpcbind')]
  if (program === undefined || rpcbind === undefined) return undefined
  const libraries = join(dirname(program), '..', 'lib')
  await writeFile(join(work, 'ganesha.conf'), configuration(libraries, work, folder))
  // It registers with rpcbind, which runs as a user that only its installation makes. What both put into /run, and
  // who is a user, is theirs alone: `unshare` gives them mounts of their own.
  const users = await readFile('/etc/passwd', 'utf8')
  await writeFile(join(work, 'passwd'), `${users}\n_rpc:x:65533:65534::/:/usr/sbin/nologin\n`)
  const script = join(work, 'ganesha.sh')
  await writeFile(
    script,
    `mount -t tmpfs tmpfs /run && mount --bind ${work}/passwd /etc/passwd || exit 1
export LD_LIBRARY_PATH="${join(libraries, 'ganesha')}:$LD_LIBRARY_PATH"
mkdir /run/rpcbind
${rpcbind} -f -w -i & sleep 1
exec ${program} -F -f ${work}/ganesha.conf -L STDOUT -p /run/ganesha.pid\n`,
  )
  await chmod(script, 0o755)
  return server.spawn('unshare', ['--mount', 'sh', script], { stdio: ['ignore', 'pipe', 'inherit'] })
}

function configuration(libraries: string, work: string, folder: string): string {
  const plugins = join(libraries, 'x86_64-linux-gnu', 'ganesha')
  return `
NFS_CORE_PARAM { Protocols = 3; MNT_Port = 20048; Enable_NLM = false; Enable_RQUOTA = false; Plugins_Dir = ${plugins}; }
NFSV4 { UseGetpwnam = true; Graceless = true; RecoveryRoot = ${work}; }
EXPORT {
  Export_Id = 1; Path = ${folder}; Pseudo = ${folder}; Protocols = 3; Access_Type = RO; Squash = None;
  SecType = none, sys; Transports = TCP, UDP; FSAL { Name = VFS; }
}
`
}
