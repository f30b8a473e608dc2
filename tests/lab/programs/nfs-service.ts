/**
 * The NFS server on a real interface, for tests with other people's clients. It reports what the server tells in
 * JSON lines on standard output, and ends with its standard input.
 */
import { openNic } from '../../../electron/link/nic/nic.ts'
import { startNfsServer } from '../../../electron/servers/nfs/server.ts'

/** The program's one parameter, in JSON. */
export interface NfsServiceOptions {
  readonly interface: string
  readonly folder: string
  /** Where the changes of clients are kept; absent: for reading only. */
  readonly overlay?: string
}

const options = JSON.parse(process.argv[2] ?? '') as NfsServiceOptions
const report = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`)

const link = await openNic({ interface: options.interface })
const overlay = options.overlay === undefined ? {} : { overlay: { folder: options.overlay, keep: true } }
const server = await startNfsServer(link, report, {
  secret: Buffer.alloc(32, 'a secret for tests'),
  exports: [{ path: '/srv', source: { kind: 'folder', folder: options.folder }, ...overlay }],
})
report({ ready: link.address })

process.stdin.resume().on('end', () => {
  void server
    .close()
    .then(() => link.close())
    .then(() => process.exit())
})
