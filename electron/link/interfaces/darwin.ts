import { execFile } from 'node:child_process'
import { networkInterfaces } from 'node:os'
import { promisify } from 'node:util'
import { leaseOf, parseGetpacket } from './leases.ts'
import { ETHERNET_MTU, runningAddresses, type InterfaceFacts, type InterfaceKind } from './facts.ts'

const execute = promisify(execFile)

/**
 * The interfaces that macOS has running. Node tells their addresses, `networksetup` which port each belongs to,
 * `route` the default route, `ipconfig` its DHCP leases; speed and MTU are not asked for.
 */
export async function readDarwinInterfaces(): Promise<InterfaceFacts[]> {
  const running = networkInterfaces()
  const packet = async (name: string) => [name, await output('ipconfig', ['getpacket', name])] as const
  const [ports, route, packets] = await Promise.all([
    output('networksetup', ['-listallhardwareports']),
    output('route', ['-n', 'get', 'default']),
    Promise.all(Object.keys(running).map(packet)),
  ])
  return describeDarwin(running, ports, route, new Map(packets))
}

/**
 * @param ports as printed by `networksetup -listallhardwareports`
 * @param route by `route -n get default`
 * @param packets by `ipconfig getpacket` for each interface
 */
export function describeDarwin(
  running: ReturnType<typeof networkInterfaces>,
  ports: string,
  route: string,
  packets: ReadonlyMap<string, string> = new Map(),
): InterfaceFacts[] {
  const names = new Map(
    [...ports.matchAll(/^Hardware Port: (.*)\nDevice: (.*)$/gm)].map(([, port = '', device = '']) => [
      device,
      port,
    ]),
  )
  const defaultRoute = /^\s*interface: (\S+)$/m.exec(route)?.[1]
  const addresses = runningAddresses(running)
  return Object.entries(running).map(([name, entries]) => {
    const held = addresses.get(name) ?? []
    const noted = parseGetpacket(packets.get(name) ?? '')
    const lease = leaseOf(held, noted === undefined ? [] : [noted])
    return {
      name,
      kind: kindOf(name, names.get(name), entries?.[0]?.internal === true),
      link: 'up',
      addresses: held,
      mac: entries?.[0]?.mac ?? '',
      mtu: ETHERNET_MTU,
      isDefaultRoute: name === defaultRoute,
      ...(lease === undefined ? {} : { lease }),
    }
  })
}

function kindOf(name: string, port: string | undefined, internal: boolean): InterfaceKind {
  if (internal) return 'loopback'
  if (/^(bridge|vmenet|vmnet|vboxnet|feth)\d/.test(name)) return 'virtual'
  // Apple's wireless links between devices, and tunnels.
  if (/^(awdl|llw|ap|utun|gif|stf|ipsec|ppp|anpi|pdp_ip)\d/.test(name)) return 'other'
  if (port !== undefined && /Wi-Fi|AirPort/.test(port)) return 'wifi'
  return port !== undefined && /Bluetooth|iPhone/.test(port) ? 'other' : 'wired'
}

async function output(command: string, parameters: string[]): Promise<string> {
  return execute(command, parameters).then(
    ({ stdout }) => stdout,
    () => '',
  )
}
