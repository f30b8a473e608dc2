/**
 * Bootwire's TFTP server as a process of its own, as the boot service is one: `serve INTERFACE PORT FILE…`.
 * Prints `ready` once it answers, and ends with its standard input.
 */
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { ServedTree } from '../../../electron/chains/tree.ts'
import { openNic } from '../../../electron/link/nic/nic.ts'
import { startTftpServer } from '../../../electron/servers/tftp/server.ts'

const [name = '', port = '', ...paths] = process.argv.slice(2)
const files = await Promise.all(
  paths.map(async (path) => ({
    name: basename(path),
    origin: 'the benchmark',
    content: { kind: 'file', path, size: (await stat(path)).size } as const,
  })),
)
const link = await openNic({ interface: name })
// All clients of the benchmark have one address.
const limits = { transfers: 128, transfersPerClient: 128 }
await startTftpServer(link, new ServedTree(files), () => undefined, { port: Number(port), limits })
console.log('ready')
process.stdin.resume().on('end', () => process.exit())
