import { execFile } from 'node:child_process'
import { networkInterfaces } from 'node:os'
import { promisify } from 'node:util'
import { ETHERNET_MTU, runningAddresses, type InterfaceFacts, type InterfaceKind } from './facts.ts'

const execute = promisify(execFile)

/**
 * The interfaces that macOS has running. Node tells their addresses, `networksetup` which port each belongs to,
 * `route` the default route; speed and MTU are not asked for.
 */
export async function readDarwinInterfaces(): Promise<InterfaceFacts[]> {
  const [ports, route] = await Promise.all([
    output('networksetup', ['-listallhardwareports']),
    output('route', ['-n', 'get', 'default']),
  ])
  return describeDarwin(networkInterfaces(), ports, route)
}

/** @param ports as printed by `networksetup -listallhardwareports`, @param route by `route -n get default` */
export function describeDarwin(
  running: ReturnType<typeof networkInterfaces>,
  ports: string,
  route: string,
): InterfaceFacts[] {
  const names = new Map(
    [...ports.matchAll(/^Hardware Port: (.*)\nDevice: (.*)$/gm)].map(([, port = '', device = '']) => [
      device,
      port,
    ]),
  )
  const defaultRoute = /^\s*interface: (\S+)$/m.exec(route)?.[1]
  const addresses = runningAddresses(running)
  return Object.entries(running).map(([name, entries]) => ({
    name,
    kind: kindOf(name, names.get(name), entries?.[0]?.internal === true),
    link: 'up',
    addresses: addresses.get(name) ?? [],
    mac: entries?.[0]?.mac ?? '',
    mtu: ETHERNET_MTU,
    isDefaultRoute: name === defaultRoute,
  }))
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
