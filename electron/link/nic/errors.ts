/** What is told when an interface or a port cannot be had: what, why, and the ways out. */
import { rankInterfaces } from '../interfaces/rank.ts'
import type { InterfaceFacts } from '../interfaces.ts'
import { LinkError } from '../link.ts'
import { findPortOwner, type PortOwner, type PortProtocol } from './port-owner.ts'
import type { Attachment } from './ports.ts'

/** Where the computer's own services may be in the way: the port mapper (RFC 1833) and the kernel's NFS server. */
const PORTMAP_PORT = 111
const NFS_PORT = 2049

export function noInterface(name: string, interfaces: readonly InterfaceFacts[]): LinkError {
  const ranked = rankInterfaces(interfaces)
  const [best] = ranked
  return new LinkError('no-interface', `There is no network interface named ${name}.`, [
    best === undefined
      ? 'Plug in a network adapter: this computer has none at the moment.'
      : `Choose one of these, the likeliest first: ${ranked.map((one) => one.name).join(', ')}.`,
  ])
}

export function noAddress(name: string): LinkError {
  return new LinkError('no-address', `The interface ${name} has no IPv4 address.`, [
    { action: 'give-address', address: '10.77.0.1/24' },
    'Give it one for good in the network settings of this computer.',
  ])
}

/** What a failed attempt to open a port means. */
export async function portError(
  error: unknown,
  attachment: Attachment,
  port: number,
  protocol: PortProtocol = 'UDP',
): Promise<LinkError> {
  const { code, message } = error as NodeJS.ErrnoException
  const { name, address } = attachment
  switch (code) {
    case 'EADDRINUSE':
      return portTaken(attachment, port, await findPortOwner(port, address, protocol), protocol)
    case 'EACCES':
    case 'EPERM':
      return notPermitted(port, protocol)
    case 'ENODEV':
      return new LinkError('no-interface', `The interface ${name} was removed.`, [
        'Plug the adapter in again, or choose another interface.',
      ])
    case 'EADDRNOTAVAIL':
      return new LinkError('no-address', `${address} is not an address of ${name} at the moment.`, [
        'See to it that the interface is up and has its address.',
        { action: 'give-address', address: `${address}/24` },
      ])
    default:
      return new LinkError('failed', `${protocol} port ${port} on ${name} could not be opened: ${message}.`, [
        'See the system log of this computer for what refused it.',
      ])
  }
}

export function portTaken(
  { name }: Attachment,
  port: number,
  owner: PortOwner | undefined,
  protocol: PortProtocol = 'UDP',
): LinkError {
  if (owner === undefined)
    return new LinkError('port-taken', `${protocol} port ${port} on ${name} is taken by another program.`, [
      port === NFS_PORT && process.platform === 'linux'
        ? 'If this computer serves NFS itself, stop that for now: sudo systemctl stop nfs-server'
        : 'Stop that program, and start again.',
      ...(process.platform === 'linux' ? [{ action: 'find-port-owner', protocol, port } as const] : []),
    ])
  const starter = ['', 'systemd', 'init'].includes(owner.startedBy) ? '' : `, started by ${owner.startedBy}`
  return new LinkError(
    'port-taken',
    `${protocol} port ${port} on ${name} is taken by ${owner.name} (process ${owner.pid}${starter}).`,
    [howToStop(owner, port)],
  )
}

function howToStop({ name, startedBy }: PortOwner, port: number): string {
  if (startedBy === 'NetworkManager')
    return 'Turn off connection sharing in the network settings of this computer, and start again.'
  // systemd has the port itself until rpcbind is asked for the first time, and starts it again if it alone is stopped.
  if (port === PORTMAP_PORT && ['rpcbind', 'systemd'].includes(name))
    return "Stop this computer's own port mapper for now: sudo systemctl stop rpcbind.socket rpcbind.service"
  return `Stop ${name}, and start again.`
}

export function notPermitted(port: number, protocol: PortProtocol = 'UDP'): LinkError {
  const linux = process.platform === 'linux'
  return new LinkError(
    'not-permitted',
    `${protocol} port ${port} may not be opened: ports below 1024 are reserved for the administrator of this computer.`,
    process.platform === 'win32'
      ? ['Start Bootwire as administrator.']
      : [
          { action: 'start-elevated' },
          ...(linux
            ? ['Or open these ports to everyone: sudo sysctl net.ipv4.ip_unprivileged_port_start=67']
            : []),
        ],
  )
}
