import { execFile } from 'node:child_process'
import { access, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Subnet } from '../../protocols/addresses.ts'
import { leaseOf, type HeldAddress, type Lease } from './leases.ts'
import { readLinuxLeases } from './linux-leases.ts'
import { ETHERNET_MTU, runningAddresses, type InterfaceFacts, type InterfaceKind } from './facts.ts'

type AssignedAddress = Subnet & HeldAddress

/** Where the kernel tells about interfaces, and DHCP clients about leases. */
export interface LinuxSources {
  /** `/sys/class/net` */
  readonly devices: string
  /** `/proc/net/route` */
  readonly routes: string
  addresses(): Promise<Map<string, AssignedAddress[]>>
  /** By interface, whether it has them still or not. @param indexes of the interfaces, by name */
  leases(indexes: ReadonlyMap<string, string>): Promise<Map<string, Lease[]>>
}

const SYSTEM: LinuxSources = {
  devices: '/sys/class/net',
  routes: '/proc/net/route',
  addresses: assignedAddresses,
  leases: readLinuxLeases,
}

/** Every interface of this computer, from sysfs (Documentation/ABI/testing/sysfs-class-net). */
export async function readLinuxInterfaces(sources = SYSTEM): Promise<InterfaceFacts[]> {
  const [names, addresses, routes] = await Promise.all([
    readdir(sources.devices),
    sources.addresses(),
    read(sources.routes),
  ])
  const defaultRoutes = defaultRouteInterfaces(routes)
  const addressed = names.filter((name) => (addresses.get(name) ?? []).length > 0)
  const index = async (name: string) => [name, await read(join(sources.devices, name, 'ifindex'))] as const
  const leases = await sources.leases(new Map(await Promise.all(addressed.map(index))))
  return Promise.all(
    names.map(async (name) => {
      const folder = join(sources.devices, name)
      const attribute = (file: string) => read(join(folder, file))
      const [kind, state, speed, mac, mtu] = await Promise.all([
        kindOf(folder),
        attribute('operstate'),
        attribute('speed'),
        attribute('address'),
        attribute('mtu'),
      ])
      const held = addresses.get(name) ?? []
      const lease = leaseOf(held, leases.get(name) ?? [])
      return {
        name,
        kind,
        link: linkOf(state),
        // Drivers without a signal say -1 or, read by some, 65535.
        ...(linkOf(state) === 'up' && Number(speed) > 0 && Number(speed) !== 0xffff
          ? { speed: Number(speed) }
          : {}),
        addresses: held.map(({ address, prefixLength }) => ({ address, prefixLength })),
        mac,
        mtu: Number(mtu) || ETHERNET_MTU,
        isDefaultRoute: defaultRoutes.has(name),
        ...(lease === undefined ? {} : { lease }),
      }
    }),
  )
}

/** ARPHRD_ETHER and ARPHRD_LOOPBACK of linux/if_arp.h. */
const ETHERNET = '1'
const LOOPBACK = '772'

async function kindOf(folder: string): Promise<InterfaceKind> {
  const has = (file: string) =>
    access(join(folder, file)).then(
      () => true,
      () => false,
    )
  const [type, uevent, wireless, phy, device] = await Promise.all([
    read(join(folder, 'type')),
    read(join(folder, 'uevent')),
    has('wireless'),
    has('phy80211'),
    has('device'),
  ])
  if (type === LOOPBACK) return 'loopback'
  if (wireless || phy) return 'wifi'
  if (type !== ETHERNET || /^DEVTYPE=(wwan|bluetooth)$/m.test(uevent)) return 'other'
  // Bridges, veth, tap, VLANs and the adapters of VMware, VirtualBox and Docker have no device behind them.
  return device ? 'wired' : 'virtual'
}

/** RFC 2863 operational states, as sysfs spells them. */
function linkOf(state: string): InterfaceFacts['link'] {
  if (state === 'up') return 'up'
  return state === 'down' || state === 'lowerlayerdown' ? 'down' : 'unknown'
}

function defaultRouteInterfaces(table: string): Set<string> {
  const rows = table.split('\n').map((line) => line.split('\t'))
  return new Set(
    rows.flatMap(([name, destination, , , , , , mask]) =>
      name !== undefined && destination === '00000000' && mask === '00000000' ? [name] : [],
    ),
  )
}

/** Addresses of all interfaces, also of those without a signal, where iproute2 is installed. */
async function assignedAddresses(): Promise<Map<string, AssignedAddress[]>> {
  try {
    const { stdout } = await promisify(execFile)('ip', ['-json', '-4', 'address', 'show'])
    const interfaces = JSON.parse(stdout) as {
      ifname?: string
      addr_info?: { local?: string; prefixlen?: number; dynamic?: boolean }[]
    }[]
    return new Map(
      interfaces.map(({ ifname = '', addr_info = [] }) => [
        ifname,
        addr_info.flatMap(({ local, prefixlen, dynamic = false }) =>
          local === undefined || prefixlen === undefined
            ? []
            : [{ address: local, prefixLength: prefixlen, expires: dynamic }],
        ),
      ]),
    )
  } catch {
    return runningAddresses()
  }
}

/** The trimmed text of a file, or nothing: an interface may go while it is read, and drivers refuse attributes. */
async function read(path: string): Promise<string> {
  return readFile(path, 'utf8').then(
    (text) => text.trim(),
    () => '',
  )
}
