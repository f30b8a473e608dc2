import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Ipv4Address, MacAddress } from '../../protocols/addresses.ts'

/** Who answers for which address on an interface (RFC 826), as far as the system's ARP table says. */
export async function readNeighbours(interfaceName: string): Promise<Map<Ipv4Address, MacAddress>> {
  if (process.platform === 'linux')
    return parseProcArp(await readFile('/proc/net/arp', 'utf8'), interfaceName)
  const parameters = process.platform === 'win32' ? ['-a'] : ['-a', '-n', '-i', interfaceName]
  const { stdout } = await promisify(execFile)('arp', parameters, { windowsHide: true })
  return parseArpCommand(stdout)
}

/** ATF_COM of linux/if_arp.h: somebody has answered. */
const COMPLETE = 0x2

/** The complete entries for an interface in `/proc/net/arp`. */
export function parseProcArp(table: string, interfaceName: string): Map<Ipv4Address, MacAddress> {
  const found = new Map<Ipv4Address, MacAddress>()
  for (const line of table.split('\n').slice(1)) {
    const [address, , flags, mac, , device] = line.split(/\s+/)
    if (address !== undefined && mac !== undefined && device === interfaceName && Number(flags) & COMPLETE)
      found.set(address, mac)
  }
  return found
}

/** The entries that `arp -a` prints: macOS leaves out leading zeros, Windows puts dashes. */
export function parseArpCommand(output: string): Map<Ipv4Address, MacAddress> {
  const found = new Map<Ipv4Address, MacAddress>()
  const pattern = /(\d+\.\d+\.\d+\.\d+)\)?\s+(?:at\s+)?([0-9a-f]{1,2}(?:[:-][0-9a-f]{1,2}){5})\b/gi
  for (const [, address = '', mac = ''] of output.matchAll(pattern))
    found.set(
      address,
      mac
        .split(/[:-]/)
        .map((byte) => byte.padStart(2, '0').toLowerCase())
        .join(':'),
    )
  return found
}
