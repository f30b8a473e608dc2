import { DecodeError, Reader, Writer } from '../bytes.ts'
import { type Ipv4Address, ipv4ToNumber, readIpv4 } from '../addresses.ts'
import { internetChecksum } from './checksum.ts'

/** What an IP packet carries (IANA, assigned Internet protocol numbers). */
export const IpProtocol = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 } as const

/** Bytes of a header without options. */
export const IPV4_HEADER_LENGTH = 20
/** The largest packet, header included, in bytes: all that its length field can say. */
export const IPV4_LARGEST_PACKET = 0xffff

const DONT_FRAGMENT = 0x4000
const MORE_FRAGMENTS = 0x2000

export interface Ipv4Packet {
  readonly source: Ipv4Address
  readonly destination: Ipv4Address
  readonly protocol: number
  readonly timeToLive: number
  /** Tells the fragments of one packet from those of another; 0 to 65535. */
  readonly identification: number
  readonly dontFragment: boolean
  readonly moreFragments: boolean
  /** Where this payload belongs in the whole packet's, in bytes; a multiple of 8. */
  readonly fragmentOffset: number
  readonly payload: Uint8Array
}

/**
 * Reads an IPv4 packet (RFC 791 section 3.1). Options are skipped; what follows the total length, such as
 * Ethernet padding, is cut off. The payload is a view of `bytes`.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-------+-------+---------------+-------------------------------+
 *     |   4   |  IHL  |Type of Service|          Total Length         |
 *     +-------+-------+---------------+-----+-------------------------+
 *     |         Identification        |Flags|     Fragment Offset     |
 *     +---------------+---------------+-----+-------------------------+
 *     |  Time to Live |    Protocol   |        Header Checksum        |
 *     +---------------+---------------+-------------------------------+
 *     |                         Source Address                        |
 *     |                       Destination Address                     |
 *     |                    Options, 0 to 40 bytes                     |
 *     +---------------------------------------------------------------+
 *
 * @throws DecodeError on a wrong version, length or checksum, and on a fragment that would end past 65535
 */
export function decodeIpv4(bytes: Uint8Array): Ipv4Packet {
  const reader = new Reader(bytes)
  const versionAndLength = reader.u8('Version and IHL')
  if (versionAndLength >> 4 !== 4)
    throw new DecodeError('unrecognised', 'Version', 0, String(versionAndLength >> 4))
  const headerLength = (versionAndLength & 15) * 4
  if (headerLength < IPV4_HEADER_LENGTH) throw new DecodeError('invalid', 'IHL', 0, `${headerLength} bytes`)
  reader.skip(1, 'Type of Service')
  const totalLength = reader.u16('Total Length')
  if (totalLength < headerLength)
    throw new DecodeError('invalid', 'Total Length', 2, `${totalLength} bytes do not hold the header`)
  const identification = reader.u16('Identification')
  const flagsAndOffset = reader.u16('Flags and Fragment Offset')
  const timeToLive = reader.u8('Time to Live')
  const protocol = reader.u8('Protocol')
  reader.skip(2, 'Header Checksum')
  const source = readIpv4(reader, 'Source Address')
  const destination = readIpv4(reader, 'Destination Address')
  reader.skip(headerLength - IPV4_HEADER_LENGTH, 'Options')
  if (internetChecksum(bytes.subarray(0, headerLength)) !== 0)
    throw new DecodeError('invalid', 'Header Checksum', 10)
  const payload = reader.bytes(totalLength - headerLength, 'payload')
  const fragmentOffset = (flagsAndOffset & 0x1fff) * 8
  if (fragmentOffset + totalLength > IPV4_LARGEST_PACKET)
    throw new DecodeError('oversized', 'Fragment Offset', 6, `${fragmentOffset} and ${payload.length} more`)
  return {
    source,
    destination,
    protocol,
    timeToLive,
    identification,
    dontFragment: (flagsAndOffset & DONT_FRAGMENT) !== 0,
    moreFragments: (flagsAndOffset & MORE_FRAGMENTS) !== 0,
    fragmentOffset,
    payload,
  }
}

/** Writes an IPv4 packet without options. Its payload holds at most 65515 bytes. */
export function encodeIpv4(packet: Ipv4Packet): Buffer {
  const flags = (packet.dontFragment ? DONT_FRAGMENT : 0) | (packet.moreFragments ? MORE_FRAGMENTS : 0)
  const bytes = new Writer(IPV4_HEADER_LENGTH + packet.payload.length)
    .u8(0x45)
    .u8(0)
    .u16(IPV4_HEADER_LENGTH + packet.payload.length)
    .u16(packet.identification)
    .u16(flags | (packet.fragmentOffset / 8))
    .u8(packet.timeToLive)
    .u8(packet.protocol)
    .u16(0)
    .u32(ipv4ToNumber(packet.source))
    .u32(ipv4ToNumber(packet.destination))
    .bytes(packet.payload)
    .finish()
  bytes.writeUInt16BE(internetChecksum(bytes.subarray(0, IPV4_HEADER_LENGTH)), 10)
  return bytes
}
