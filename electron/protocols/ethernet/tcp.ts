import { DecodeError, Reader, Writer } from '../bytes.ts'
import { internetChecksum } from './checksum.ts'
import { IpProtocol } from './ipv4.ts'
import { pseudoHeaderSum, type Ipv4Ends } from './pseudo-header.ts'

/** Bytes of a header without options. */
export const TCP_HEADER_LENGTH = 20

/** RFC 9293 section 3.1. Flags that nobody here uses, such as URG, are neither told nor sent. */
export interface TcpSegment {
  readonly sourcePort: number
  readonly destinationPort: number
  readonly sequence: number
  /** Means something only with `ack`. */
  readonly acknowledgement: number
  readonly syn: boolean
  readonly ack: boolean
  readonly fin: boolean
  readonly rst: boolean
  readonly psh: boolean
  readonly window: number
  /** The option of that name, which is allowed with `syn` (RFC 9293 section 3.7.1), in bytes of payload. */
  readonly maximumSegmentSize?: number
  readonly payload: Uint8Array
}

const FIN = 1
const SYN = 2
const RST = 4
const PSH = 8
const ACK = 16

const END_OF_OPTIONS = 0
const NO_OPERATION = 1
const MAXIMUM_SEGMENT_SIZE = 2

/**
 * Reads a TCP segment over IPv4 (RFC 9293 section 3.1). The payload is a view of `bytes`.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-------------------------------+-------------------------------+
 *     |          Source Port          |       Destination Port        |
 *     |                        Sequence Number                        |
 *     |                    Acknowledgement Number                     |
 *     +-------+-------+---------------+-------------------------------+
 *     |Offset | Rsrvd | flags         |            Window             |
 *     +-------+-------+---------------+-------------------------------+
 *     |           Checksum            |        Urgent Pointer         |
 *     |                    Options, 0 to 40 bytes                     |
 *     +---------------------------------------------------------------+
 *
 * @throws DecodeError on a wrong length or checksum, and on an option that does not fit
 */
export function decodeTcp(bytes: Uint8Array, ends: Ipv4Ends): TcpSegment {
  const reader = new Reader(bytes)
  const sourcePort = reader.u16('Source Port')
  const destinationPort = reader.u16('Destination Port')
  const sequence = reader.u32('Sequence Number')
  const acknowledgement = reader.u32('Acknowledgement Number')
  const headerLength = (reader.u8('Data Offset') >> 4) * 4
  if (headerLength < TCP_HEADER_LENGTH)
    throw new DecodeError('invalid', 'Data Offset', 12, `${headerLength} bytes do not hold the header`)
  const flags = reader.u8('flags')
  const window = reader.u16('Window')
  reader.skip(4, 'Checksum and Urgent Pointer')
  const options = reader.bytes(headerLength - TCP_HEADER_LENGTH, 'Options')
  if (internetChecksum(bytes, pseudoHeaderSum(ends, IpProtocol.tcp, bytes.length)) !== 0)
    throw new DecodeError('invalid', 'Checksum', 16)
  const maximumSegmentSize = readMaximumSegmentSize(new Reader(options))
  return {
    sourcePort,
    destinationPort,
    sequence,
    acknowledgement,
    syn: (flags & SYN) !== 0,
    ack: (flags & ACK) !== 0,
    fin: (flags & FIN) !== 0,
    rst: (flags & RST) !== 0,
    psh: (flags & PSH) !== 0,
    window,
    ...(maximumSegmentSize === undefined ? {} : { maximumSegmentSize }),
    payload: reader.rest(),
  }
}

/** Writes a TCP segment with its checksum. */
export function encodeTcp(segment: TcpSegment, ends: Ipv4Ends): Buffer {
  const { syn, ack, fin, rst, psh, maximumSegmentSize, payload } = segment
  const flags = (fin ? FIN : 0) | (syn ? SYN : 0) | (rst ? RST : 0) | (psh ? PSH : 0) | (ack ? ACK : 0)
  const headerLength = TCP_HEADER_LENGTH + (maximumSegmentSize === undefined ? 0 : 4)
  const writer = new Writer(headerLength + payload.length)
    .u16(segment.sourcePort)
    .u16(segment.destinationPort)
    .u32(segment.sequence)
    .u32(segment.acknowledgement)
    .u8((headerLength / 4) << 4)
    .u8(flags)
    .u16(segment.window)
    .u32(0)
  if (maximumSegmentSize !== undefined) writer.u8(MAXIMUM_SEGMENT_SIZE).u8(4).u16(maximumSegmentSize)
  const bytes = writer.bytes(payload).finish()
  bytes.writeUInt16BE(internetChecksum(bytes, pseudoHeaderSum(ends, IpProtocol.tcp, bytes.length)), 16)
  return bytes
}

function readMaximumSegmentSize(options: Reader): number | undefined {
  while (options.remaining > 0) {
    const at = options.offset
    const kind = options.u8('option kind')
    if (kind === END_OF_OPTIONS) return undefined
    if (kind === NO_OPERATION) continue
    const length = options.u8('option length')
    if (length < 2) throw new DecodeError('invalid', 'option length', at, `${length} bytes`)
    if (kind === MAXIMUM_SEGMENT_SIZE && length === 4) return options.u16('Maximum Segment Size')
    options.skip(length - 2, 'option')
  }
  return undefined
}
