import { DecodeError, Reader, Writer } from '../bytes.ts'
import { type MacAddress, macFromBytes, macToBytes } from '../addresses.ts'
import { internetChecksum } from './checksum.ts'
import { IpProtocol } from './ipv4.ts'
import { type Ipv6Packet, ipv6PseudoHeaderSum } from './ipv6.ts'

const ROUTER_SOLICITATION = 133
const ROUTER_ADVERTISEMENT = 134
const SOURCE_LINK_LAYER_ADDRESS = 1

/** Shows that no router forwarded a message, since each would have made it less (RFC 4861 section 6.1). */
export const ON_LINK_HOP_LIMIT = 255

export interface RouterSolicitation {
  readonly type: 'router-solicitation'
  readonly sourceLinkLayer?: MacAddress
}

export interface RouterAdvertisement {
  readonly type: 'router-advertisement'
  /** M: addresses are to be had by DHCPv6. */
  readonly managed: boolean
  /** O: other configuration is to be had by DHCPv6. */
  readonly otherConfiguration: boolean
  /** Seconds for which the sender is a default router; 0 when it is none. */
  readonly routerLifetime: number
  readonly sourceLinkLayer?: MacAddress
}

export type RouterDiscovery = RouterSolicitation | RouterAdvertisement
type Ends = Pick<Ipv6Packet, 'source' | 'destination'>

/**
 * Reads an ICMPv6 router solicitation or advertisement (RFC 4861 sections 4.1 and 4.2). Options other than the
 * source link-layer address are skipped.
 *
 *      0      1      2             4                           8
 *     +------+------+-------------+---------------------------+-------------
 *     |  133 |   0  |  checksum   |         reserved          |  options
 *     +------+------+-------------+---------------------------+-------------
 *     +------+------+-------------+-----+-----+---------------+------+------+----------
 *     |  134 |   0  |  checksum   | hop |M|O| |router lifetime|reach.|retr. |  options
 *     +------+------+-------------+-----+-----+---------------+------+------+----------
 *                                 4     5     6               8     12     16
 *
 * @throws DecodeError on a wrong checksum, other types, and an option of length zero
 */
export function decodeRouterDiscovery(bytes: Uint8Array, ends: Ends): RouterDiscovery {
  const reader = new Reader(bytes)
  const type = reader.u8('Type')
  if (type !== ROUTER_SOLICITATION && type !== ROUTER_ADVERTISEMENT)
    throw new DecodeError('unrecognised', 'Type', 0, String(type))
  reader.skip(3, 'Code and Checksum')
  if (internetChecksum(bytes, ipv6PseudoHeaderSum(ends, IpProtocol.icmpv6, bytes.length)) !== 0)
    throw new DecodeError('invalid', 'Checksum', 2)
  if (type === ROUTER_SOLICITATION) {
    reader.skip(4, 'Reserved')
    return { type: 'router-solicitation', ...readOptions(reader) }
  }
  reader.skip(1, 'Cur Hop Limit')
  const flags = reader.u8('M and O')
  const routerLifetime = reader.u16('Router Lifetime')
  reader.skip(8, 'Reachable Time and Retrans Timer')
  return {
    type: 'router-advertisement',
    managed: (flags & 0x80) !== 0,
    otherConfiguration: (flags & 0x40) !== 0,
    routerLifetime,
    ...readOptions(reader),
  }
}

export function encodeRouterDiscovery(message: RouterDiscovery, ends: Ends): Buffer {
  const writer = new Writer(24)
  if (message.type === 'router-solicitation') writer.u8(ROUTER_SOLICITATION).zeros(7)
  else
    writer
      .u8(ROUTER_ADVERTISEMENT)
      .zeros(4)
      .u8((message.managed ? 0x80 : 0) | (message.otherConfiguration ? 0x40 : 0))
      .u16(message.routerLifetime)
      .zeros(8)
  if (message.sourceLinkLayer !== undefined)
    writer.u8(SOURCE_LINK_LAYER_ADDRESS).u8(1).bytes(macToBytes(message.sourceLinkLayer))
  const bytes = writer.finish()
  bytes.writeUInt16BE(internetChecksum(bytes, ipv6PseudoHeaderSum(ends, IpProtocol.icmpv6, bytes.length)), 2)
  return bytes
}

/** Options come in units of 8 bytes: type, length in units, value (RFC 4861 section 4.6). */
function readOptions(reader: Reader): { sourceLinkLayer?: MacAddress } {
  let found: { sourceLinkLayer?: MacAddress } = {}
  while (reader.remaining > 0) {
    const at = reader.offset
    const type = reader.u8('option Type')
    const length = reader.u8('option Length') * 8
    if (length === 0) throw new DecodeError('invalid', 'option Length', at + 1, '0')
    const value = reader.bytes(length - 2, 'option')
    if (type === SOURCE_LINK_LAYER_ADDRESS && length === 8) found = { sourceLinkLayer: macFromBytes(value) }
  }
  return found
}
