/**
 * Bootwire's NFS server as a process of its own: `serve INTERFACE FOLDER`. The folder is mounted by its own path.
 * Prints `ready` once it answers, and ends with its standard input.
 */
import { randomBytes } from 'node:crypto'
import { openNic } from '../../../electron/link/nic/nic.ts'
import { startNfsServer } from '../../../electron/servers/nfs/server.ts'

const [name = '', folder = ''] = process.argv.slice(2)
await startNfsServer(await openNic({ interface: name }), () => undefined, {
  exports: [{ path: folder, source: { kind: 'folder', folder } }],
  secret: randomBytes(32),
})
console.log('ready')
process.stdin.resume().on('end', () => process.exit())
