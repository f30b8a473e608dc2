/**
 * What this computer's own DHCP clients wrote down of their leases, which shows that a DHCP server answers on an
 * interface without asking there. Such text is only believed as far as the interface has the address (`leaseOf`).
 */
import { isIpv4, type Ipv4Address } from '../../protocols/addresses.ts'

/** An address that another DHCP server gave to this computer. */
export interface Lease {
  readonly address: Ipv4Address
  /** Who gave it (RFC 2132 section 9.7), where the client tells. */
  readonly server?: Ipv4Address
}

/** An address of an interface; one that expires was given by DHCP, whichever client asked for it. */
export interface HeldAddress {
  readonly address: Ipv4Address
  readonly expires?: boolean
}

/** The lease that an interface with these addresses has now: what is noted of an address that it has no longer is stale. */
export function leaseOf(held: readonly HeldAddress[], noted: readonly Lease[]): Lease | undefined {
  const valid = noted.filter(({ address }) => held.some((one) => one.address === address))
  const dynamic = held.find(({ expires }) => expires === true)
  return (
    valid.findLast(({ server }) => server !== undefined) ??
    valid.at(-1) ??
    (dynamic === undefined ? undefined : { address: dynamic.address })
  )
}

/** The lease file of systemd-networkd, and of NetworkManager's own client: `NAME=value` lines. */
export function parseNetworkdLease(text: string): Lease | undefined {
  const fields = new Map(
    [...text.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = '', value]) => [name, value]),
  )
  return lease(fields.get('ADDRESS'), fields.get('SERVER_ADDRESS'))
}

/** The leases by interface, as dhclient appends them to dhclient.leases(5): the newest is the last. */
export function parseDhclientLeases(text: string): Map<string, Lease[]> {
  const found = new Map<string, Lease[]>()
  for (const [, block = ''] of text.matchAll(/^lease[ \t]*\{([^{}]*)\}/gm)) {
    const name = /^[ \t]*interface[ \t]+"([^"]+)";/m.exec(block)?.[1]
    const one = lease(
      /^[ \t]*fixed-address[ \t]+(\S+);/m.exec(block)?.[1],
      /^[ \t]*option[ \t]+dhcp-server-identifier[ \t]+(\S+);/m.exec(block)?.[1],
    )
    if (name !== undefined && one !== undefined) found.set(name, [...(found.get(name) ?? []), one])
  }
  return found
}

/** The leases by interface, as printed by `nmcli --terse --fields GENERAL.DEVICE,DHCP4 device show`. */
export function parseNmcliLeases(text: string): Map<string, Lease[]> {
  const found = new Map<string, Lease[]>()
  for (const block of text.split(/^GENERAL\.DEVICE:/m).slice(1)) {
    const [name = ''] = block.split('\n', 1)
    const options = new Map(
      [...block.matchAll(/^DHCP4\.OPTION\[\d+\]:(\w+) = (.*)$/gm)].map(([, option = '', value]) => [
        option,
        value,
      ]),
    )
    const one = lease(options.get('ip_address'), options.get('dhcp_server_identifier'))
    // Terse values have a backslash before what would be a separator.
    if (one !== undefined) found.set(name.trim().replaceAll(/\\(.)/g, '$1'), [one])
  }
  return found
}

/** The ACK that macOS got, as printed by `ipconfig getpacket`. */
export function parseGetpacket(text: string): Lease | undefined {
  return lease(/^yiaddr = (\S+)$/m.exec(text)?.[1], /^server_identifier \(ip\): (\S+)$/m.exec(text)?.[1])
}

const NO_SERVERS = ['0.0.0.0', '255.255.255.255']

/** Undefined when that is no address, or one that an interface gives to itself because nobody answered (RFC 3927). */
export function lease(address: string | undefined, server: string | null | undefined): Lease | undefined {
  const own = address?.trim() ?? ''
  const other = server?.trim() ?? ''
  if (!isIpv4(own) || own.startsWith('169.254.') || own === '0.0.0.0') return undefined
  return isIpv4(other) && !NO_SERVERS.includes(other) ? { address: own, server: other } : { address: own }
}
