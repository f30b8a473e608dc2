import { DecodeError, type Reader } from './bytes.ts'

/** Dotted quad, such as `10.77.0.1`. */
export type Ipv4Address = string
/** Six lower-case hexadecimal pairs with colons, such as `52:54:00:12:34:56`. */
export type MacAddress = string

export const ANY_ADDRESS: Ipv4Address = '0.0.0.0'
export const BROADCAST_ADDRESS: Ipv4Address = '255.255.255.255'
export const BROADCAST_MAC: MacAddress = 'ff:ff:ff:ff:ff:ff'

/** The four bytes of an address as one unsigned number, most significant first. */
export function ipv4ToNumber(address: Ipv4Address): number {
  if (!isIpv4(address))
    throw new DecodeError(
      'invalid',
      'IPv4 address',
      0,
      `"${String(address)}" is not four numbers from 0 to 255`,
    )
  return address.split('.').reduce((value, part) => value * 256 + Number(part), 0)
}

/** Whether the text is four numbers from 0 to 255 with dots between them. */
export function isIpv4(text: string): text is Ipv4Address {
  const parts = text.split('.')
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)
}

export function ipv4FromNumber(value: number): Ipv4Address {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`
}

export function readIpv4(reader: Reader, field: string): Ipv4Address {
  return ipv4FromNumber(reader.u32(field))
}

export function readMac(reader: Reader, field: string): MacAddress {
  return macFromBytes(reader.bytes(6, field))
}

export function macFromBytes(bytes: Uint8Array): MacAddress {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':')
}

export function macToBytes(address: MacAddress): Buffer {
  if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(address))
    throw new DecodeError('invalid', 'hardware address', 0, `"${address}" is not six hexadecimal pairs`)
  return Buffer.from(address.replaceAll(':', ''), 'hex')
}

/** An IPv4 network, by an address in it and the number of leading one bits of its mask (RFC 4632). */
export interface Subnet {
  readonly address: Ipv4Address
  readonly prefixLength: number
}

export function netmask(prefixLength: number): Ipv4Address {
  return ipv4FromNumber(prefixLength === 0 ? 0 : (0xffffffff << (32 - prefixLength)) >>> 0)
}

export function networkAddress({ address, prefixLength }: Subnet): Ipv4Address {
  return ipv4FromNumber((ipv4ToNumber(address) & ipv4ToNumber(netmask(prefixLength))) >>> 0)
}

/** The subnet-directed broadcast address (RFC 919). */
export function broadcastAddress(subnet: Subnet): Ipv4Address {
  return ipv4FromNumber((ipv4ToNumber(subnet.address) | ~ipv4ToNumber(netmask(subnet.prefixLength))) >>> 0)
}

export function contains(subnet: Subnet, address: Ipv4Address): boolean {
  return networkAddress(subnet) === networkAddress({ address, prefixLength: subnet.prefixLength })
}

/** Reads `10.77.0.1/24`. */
export function parseSubnet(text: string): Subnet {
  const [address = '', prefix = ''] = text.split('/')
  const prefixLength = Number(prefix)
  if (!/^\d{1,2}$/.test(prefix) || prefixLength > 32)
    throw new DecodeError('invalid', 'prefix length', 0, `"${text}" needs one, such as 10.77.0.1/24`)
  ipv4ToNumber(address)
  return { address, prefixLength }
}
