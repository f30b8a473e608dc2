import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Subnet } from '../../protocols/addresses.ts'
import { lease } from './leases.ts'
import { ETHERNET_MTU, runningAddresses, type InterfaceFacts, type InterfaceKind } from './facts.ts'

const QUERY = `
$ErrorActionPreference = 'SilentlyContinue'
$routes = @(Get-NetRoute -DestinationPrefix '0.0.0.0/0').ifIndex
$servers = @{}
Get-CimInstance Win32_NetworkAdapterConfiguration -Filter 'DHCPEnabled = TRUE' |
  ForEach-Object { $servers[[int]$_.InterfaceIndex] = $_.DHCPServer }
ConvertTo-Json @(Get-NetAdapter | ForEach-Object { @{
  name = $_.Name; description = $_.InterfaceDescription; medium = [string]$_.PhysicalMediaType; virtual = $_.Virtual
  status = [string]$_.Status; bits = $_.ReceiveLinkSpeed; mac = $_.MacAddress; mtu = $_.MtuSize
  route = $routes -contains $_.ifIndex; server = $servers[[int]$_.ifIndex] } })`

/** What `QUERY` prints for each adapter. */
interface Adapter {
  readonly name: string
  readonly description: string
  readonly medium: string
  readonly virtual: boolean
  readonly status: string
  readonly bits: number | null
  readonly mac: string
  readonly mtu: number | null
  readonly route: boolean
  /** Who gave its address by DHCP, also after the address is gone. */
  readonly server?: string | null
}

/** The adapters of Windows, as its NetAdapter module tells; their addresses from Node. */
export async function readWindowsInterfaces(): Promise<InterfaceFacts[]> {
  const parameters = ['-NoProfile', '-NonInteractive', '-Command', QUERY]
  const { stdout } = await promisify(execFile)('powershell.exe', parameters, { windowsHide: true })
  return describeWindows(stdout, runningAddresses())
}

export function describeWindows(
  json: string,
  addresses: ReadonlyMap<string, readonly Subnet[]>,
): InterfaceFacts[] {
  const adapters = JSON.parse(json || '[]') as Adapter[]
  return adapters.map((adapter) => {
    const held = addresses.get(adapter.name) ?? []
    const given = lease(held[0]?.address, adapter.server)
    return {
      name: adapter.name,
      kind: kindOf(adapter),
      link: adapter.status === 'Up' ? 'up' : 'down',
      ...(adapter.status === 'Up' && adapter.bits !== null ? { speed: Math.round(adapter.bits / 1e6) } : {}),
      addresses: held,
      mac: adapter.mac.replaceAll('-', ':').toLowerCase(),
      mtu: adapter.mtu ?? ETHERNET_MTU,
      isDefaultRoute: adapter.route,
      // The address of an adapter that has been told of no server is its own choice.
      ...(given?.server === undefined ? {} : { lease: given }),
    }
  })
}

function kindOf({ virtual, medium, description }: Adapter): InterfaceKind {
  if (/802\.11|wireless lan/i.test(medium)) return 'wifi'
  if (/bluetooth|wireless wan/i.test(`${medium} ${description}`)) return 'other'
  return virtual || /vmware|virtualbox|hyper-v|tap-|wintun|wireguard/i.test(description) ? 'virtual' : 'wired'
}
