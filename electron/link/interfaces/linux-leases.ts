import { execFile } from 'node:child_process'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseDhclientLeases, parseNetworkdLease, parseNmcliLeases, type Lease } from './leases.ts'

/** Where the DHCP clients of Linux keep their leases, and how NetworkManager tells of its own. */
export interface LeaseSources {
  /** A file for each interface, named by its index. */
  readonly networkd: string
  /** Files that end in `.leases` or `.lease`. */
  readonly dhclient: readonly string[]
  /** Only there while NetworkManager runs. */
  readonly networkManager: string
  readonly nmcli: () => Promise<string>
}

const SYSTEM: LeaseSources = {
  networkd: '/run/systemd/netif/leases',
  dhclient: ['/var/lib/dhcp', '/var/lib/dhclient', '/run'],
  networkManager: '/run/NetworkManager',
  nmcli: () =>
    promisify(execFile)('nmcli', ['--terse', '--fields', 'GENERAL.DEVICE,DHCP4', 'device', 'show'], {
      timeout: 3000,
    }).then(({ stdout }) => stdout),
}

/** Bytes. dhclient appends for weeks, but no lease file of use is larger. */
const LARGEST_FILE = 1024 * 1024

/** What is noted of the leases of interfaces, the newest last. @param indexes of the interfaces, by name */
export async function readLinuxLeases(
  indexes: ReadonlyMap<string, string>,
  sources = SYSTEM,
): Promise<Map<string, Lease[]>> {
  if (indexes.size === 0) return new Map()
  const [managed, dhclient, networkd] = await Promise.all([
    readManaged(sources),
    Promise.all(sources.dhclient.map(readDhclient)),
    Promise.all([...indexes].map(([name, index]) => readNetworkd(sources.networkd, name, index))),
  ])
  const found = new Map<string, Lease[]>()
  for (const source of [...dhclient.flat(), ...networkd, managed])
    for (const [name, leases] of source) found.set(name, [...(found.get(name) ?? []), ...leases])
  return found
}

async function readManaged({ networkManager, nmcli }: LeaseSources): Promise<Map<string, Lease[]>> {
  const runs = await stat(networkManager).catch(() => undefined)
  return runs === undefined ? new Map() : parseNmcliLeases(await nmcli().catch(() => ''))
}

async function readDhclient(folder: string): Promise<Map<string, Lease[]>[]> {
  const names = await readdir(folder).catch(() => [])
  const files = names.filter((name) => /^dhclient.*\.leases?$/.test(name)).sort()
  return Promise.all(files.map(async (name) => parseDhclientLeases(await read(join(folder, name)))))
}

async function readNetworkd(folder: string, name: string, index: string): Promise<Map<string, Lease[]>> {
  const lease = /^\d+$/.test(index) ? parseNetworkdLease(await read(join(folder, index))) : undefined
  return new Map(lease === undefined ? [] : [[name, [lease]]])
}

/** Nothing for what cannot be read, or is no file that a DHCP client writes. */
async function read(path: string): Promise<string> {
  try {
    const facts = await stat(path)
    return facts.isFile() && facts.size <= LARGEST_FILE ? await readFile(path, 'utf8') : ''
  } catch {
    return ''
  }
}
