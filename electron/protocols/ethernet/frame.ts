import { DecodeError, Reader, Writer } from '../bytes.ts'
import { type MacAddress, macToBytes, readMac } from '../addresses.ts'

/** What an Ethernet frame carries (IANA, IEEE 802 numbers). */
export const EtherType = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const

/** Smaller values of the type field are IEEE 802.3 lengths. */
const SMALLEST_ETHER_TYPE = 0x0600

/** The shortest frame a cable carries, in bytes and without its check sequence (IEEE 802.3 section 4.2.3.3). */
const SHORTEST_FRAME = 60

export interface EthernetFrame {
  readonly destination: MacAddress
  readonly source: MacAddress
  readonly etherType: number
  /** May end in padding: the payload's own length field tells. */
  readonly payload: Uint8Array
}

/**
 * Reads an Ethernet II frame without preamble and check sequence (RFC 894). The payload is a view of `bytes`.
 *
 *      0         6        12    14
 *     +---------+---------+-----+----------+
 *     | destin. | source  | type| payload  |
 *     +---------+---------+-----+----------+
 *
 * @throws DecodeError on a frame without a whole header, and on IEEE 802.3 frames, which have a length there
 */
export function decodeFrame(bytes: Uint8Array): EthernetFrame {
  const reader = new Reader(bytes)
  const destination = readMac(reader, 'destination')
  const source = readMac(reader, 'source')
  const etherType = reader.u16('type')
  if (etherType < SMALLEST_ETHER_TYPE)
    throw new DecodeError('unrecognised', 'type', 12, `${etherType} is the length of an 802.3 frame`)
  return { destination, source, etherType, payload: reader.rest() }
}

/** Writes an Ethernet II frame, padded with zeros to the 60 bytes that a cable carries at least. */
export function encodeFrame(frame: EthernetFrame): Buffer {
  const length = 14 + frame.payload.length
  const padding = Math.max(0, SHORTEST_FRAME - length)
  return new Writer(length + padding)
    .bytes(macToBytes(frame.destination))
    .bytes(macToBytes(frame.source))
    .u16(frame.etherType)
    .bytes(frame.payload)
    .zeros(padding)
    .finish()
}

/** Whether an address names a group of stations, the broadcast address included: its first bit on the wire. */
export function isGroupAddress(address: MacAddress): boolean {
  return (Number.parseInt(address.slice(0, 2), 16) & 1) === 1
}
