/**
 * Bootwire's DHCP server as a process of its own: `serve INTERFACE LEASES`. Prints `ready` once it answers, and
 * ends with its standard input.
 */
import { openNic } from '../../../electron/link/nic/nic.ts'
import { FileLeaseStore } from '../../../electron/servers/dhcp/lease-store.ts'
import { DhcpServer } from '../../../electron/servers/dhcp/server.ts'

const [name = '', leases = ''] = process.argv.slice(2)
await DhcpServer.start(await openNic({ interface: name }), {
  mode: 'full',
  bootAnswer: () => ({ file: 'pxelinux.0' }),
  emit: () => undefined,
  leaseStore: new FileLeaseStore(leases, (text) => console.error(text)),
})
console.log('ready')
process.stdin.resume().on('end', () => process.exit())
