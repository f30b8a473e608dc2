import { DecodeError, Reader, Writer } from '../bytes.ts'
import { type MacAddress, macFromBytes, macToBytes } from '../addresses.ts'
import { onesComplementSum } from './checksum.ts'

/** The 16 bytes of an IPv6 address. */
export type Ipv6Address = Uint8Array

/** `::`, the source of a host that has no address yet. */
export const UNSPECIFIED: Ipv6Address = Buffer.alloc(16)
/** `ff02::1`, every host on the link (RFC 4291 section 2.7.1). */
export const ALL_NODES: Ipv6Address = Buffer.from('ff020000000000000000000000000001', 'hex')
/** `ff02::2`, every router on the link. */
export const ALL_ROUTERS: Ipv6Address = Buffer.from('ff020000000000000000000000000002', 'hex')

export interface Ipv6Packet {
  readonly source: Ipv6Address
  readonly destination: Ipv6Address
  /** The protocol of the payload, or of an extension header at its start. */
  readonly nextHeader: number
  readonly hopLimit: number
  readonly payload: Uint8Array
}

/**
 * Reads an IPv6 packet (RFC 8200 section 3). What follows the payload length is cut off. Addresses and payload
 * are views of `bytes`.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-------+---------------+---------------------------------------+
 *     |   6   | Traffic Class |              Flow Label               |
 *     +-------+---------------+-------+---------------+---------------+
 *     |        Payload Length         |  Next Header  |   Hop Limit   |
 *     +-------------------------------+---------------+---------------+
 *     |                    Source Address, 16 bytes                   |
 *     |                 Destination Address, 16 bytes                 |
 *     +---------------------------------------------------------------+
 *
 * @throws DecodeError on a wrong version or length
 */
export function decodeIpv6(bytes: Uint8Array): Ipv6Packet {
  const reader = new Reader(bytes)
  const version = reader.u32('Version') >>> 28
  if (version !== 6) throw new DecodeError('unrecognised', 'Version', 0, String(version))
  const length = reader.u16('Payload Length')
  const nextHeader = reader.u8('Next Header')
  const hopLimit = reader.u8('Hop Limit')
  const source = reader.bytes(16, 'Source Address')
  const destination = reader.bytes(16, 'Destination Address')
  return { source, destination, nextHeader, hopLimit, payload: reader.bytes(length, 'payload') }
}

export function encodeIpv6(packet: Ipv6Packet): Buffer {
  return new Writer(40 + packet.payload.length)
    .u32(0x6000_0000)
    .u16(packet.payload.length)
    .u8(packet.nextHeader)
    .u8(packet.hopLimit)
    .bytes(packet.source)
    .bytes(packet.destination)
    .bytes(packet.payload)
    .finish()
}

/** The sum over source, destination, length and next header that starts an upper layer's checksum (RFC 8200 section 8.1). */
export function ipv6PseudoHeaderSum(
  { source, destination }: Pick<Ipv6Packet, 'source' | 'destination'>,
  nextHeader: number,
  length: number,
): number {
  const header = new Writer(40).bytes(source).bytes(destination).u32(length).u32(nextHeader).finish()
  return onesComplementSum(header)
}

/** `fe80::` and the interface identifier made of a hardware address (RFC 4291 section 2.5.6 and appendix A). */
export function linkLocalAddress(hardwareAddress: MacAddress): Ipv6Address {
  const mac = macToBytes(hardwareAddress)
  return new Writer(16)
    .u16(0xfe80)
    .zeros(6)
    .u8(mac[0]! ^ 0x02)
    .bytes(mac.subarray(1, 3))
    .u16(0xfffe)
    .bytes(mac.subarray(3))
    .finish()
}

/** Where Ethernet carries a multicast address: `33:33` and its last four bytes (RFC 2464 section 7). */
export function multicastHardwareAddress(address: Ipv6Address): MacAddress {
  return macFromBytes(Buffer.concat([Buffer.of(0x33, 0x33), address.subarray(12)]))
}
