/** An address that an interface is given for a session. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { readInterfaces } from '../link/interfaces.ts'
import { netmask, parseSubnet, type Subnet } from '../protocols/addresses.ts'
import { ServiceFailure } from './failure.ts'

/** The commands that change an interface's addresses, each a program and its parameters. */
export interface AddressCommands {
  readonly add: readonly (readonly string[])[]
  readonly remove: readonly (readonly string[])[]
}

export function addressCommands(platform: NodeJS.Platform, name: string, subnet: Subnet): AddressCommands {
  const { address, prefixLength } = subnet
  const mask = netmask(prefixLength)
  const cidr = `${address}/${prefixLength}`
  switch (platform) {
    case 'linux':
      return {
        // The link stays up at the end: someone else may have come to need it meanwhile.
        add: [
          ['ip', 'link', 'set', 'dev', name, 'up'],
          ['ip', 'address', 'add', cidr, 'broadcast', '+', 'dev', name],
        ],
        remove: [['ip', 'address', 'delete', cidr, 'dev', name]],
      }
    case 'win32':
      return {
        add: [['netsh', 'interface', 'ipv4', 'add', 'address', name, address, mask]],
        remove: [['netsh', 'interface', 'ipv4', 'delete', 'address', name, address]],
      }
    default:
      return {
        add: [['ifconfig', name, 'inet', address, 'netmask', mask, 'alias']],
        remove: [['ifconfig', name, 'inet', address, '-alias']],
      }
  }
}

/** Whether the interface has the address; nothing when there is no such interface. */
export async function hasAddress(name: string, { address }: Subnet): Promise<boolean | undefined> {
  const facts = (await readInterfaces()).find((one) => one.name === name)
  return facts?.addresses.some((one) => one.address === address)
}

/** Brings the interface up and gives it the address. Rejects with what the system says. */
export async function addAddress(name: string, subnet: Subnet): Promise<void> {
  await runAll(addressCommands(process.platform, name, subnet).add)
}

export async function removeAddress(name: string, subnet: Subnet): Promise<void> {
  await runAll(addressCommands(process.platform, name, subnet).remove)
}

async function runAll(commands: readonly (readonly string[])[]): Promise<void> {
  for (const [program = '', ...parameters] of commands)
    await promisify(execFile)(program, parameters, { windowsHide: true })
}

/** @throws {ServiceFailure} when the text is no address with a prefix length */
export function readSubnet(text: string): Subnet {
  try {
    return parseSubnet(text)
  } catch {
    throw new ServiceFailure('bad-choice', `"${text}" is no IPv4 address with a prefix length.`, [
      'Write it as 10.77.0.1/24.',
    ])
  }
}
