import { DecodeError, Reader, Writer } from '../bytes.ts'
import { internetChecksum } from './checksum.ts'
import { IpProtocol } from './ipv4.ts'
import { pseudoHeaderSum, type Ipv4Ends } from './pseudo-header.ts'

export const UDP_HEADER_LENGTH = 8

export interface UdpDatagram {
  readonly sourcePort: number
  readonly destinationPort: number
  readonly payload: Uint8Array
}

/**
 * Reads a UDP datagram over IPv4 (RFC 768). The payload is a view of `bytes`.
 *
 *      0             2             4             6             8
 *     +-------------+-------------+-------------+-------------+----------
 *     | source port | dest. port  |   length    |  checksum   |  payload
 *     +-------------+-------------+-------------+-------------+----------
 *
 * @throws DecodeError on a wrong length, and on a wrong checksum unless that is 0, which means none
 */
export function decodeUdp(bytes: Uint8Array, ends: Ipv4Ends): UdpDatagram {
  const reader = new Reader(bytes)
  const sourcePort = reader.u16('source port')
  const destinationPort = reader.u16('destination port')
  const length = reader.u16('length')
  const checksum = reader.u16('checksum')
  if (length < UDP_HEADER_LENGTH) throw new DecodeError('invalid', 'length', 4, `${length} bytes`)
  const payload = reader.bytes(length - UDP_HEADER_LENGTH, 'payload')
  if (
    checksum !== 0 &&
    internetChecksum(bytes.subarray(0, length), pseudoHeaderSum(ends, IpProtocol.udp, length)) !== 0
  )
    throw new DecodeError('invalid', 'checksum', 6)
  return { sourcePort, destinationPort, payload }
}

/** Writes a UDP datagram with its checksum. The payload holds at most 65507 bytes. */
export function encodeUdp(datagram: UdpDatagram, ends: Ipv4Ends): Buffer {
  const length = UDP_HEADER_LENGTH + datagram.payload.length
  const bytes = new Writer(length)
    .u16(datagram.sourcePort)
    .u16(datagram.destinationPort)
    .u16(length)
    .u16(0)
    .bytes(datagram.payload)
    .finish()
  // A sum of 0 is sent as its other ones' complement form, since 0 means "no checksum".
  bytes.writeUInt16BE(internetChecksum(bytes, pseudoHeaderSum(ends, IpProtocol.udp, length)) || 0xffff, 6)
  return bytes
}
