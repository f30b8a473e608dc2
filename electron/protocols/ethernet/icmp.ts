import { DecodeError, Reader, Writer } from '../bytes.ts'
import { internetChecksum } from './checksum.ts'

const ECHO_REPLY = 0
const DESTINATION_UNREACHABLE = 3
const ECHO_REQUEST = 8

/** The code of a destination unreachable message that says that nobody has opened the UDP port. */
export const PORT_UNREACHABLE = 3

export interface IcmpEcho {
  readonly type: 'echo-request' | 'echo-reply'
  readonly identifier: number
  readonly sequence: number
  readonly data: Uint8Array
}

export interface IcmpDestinationUnreachable {
  readonly type: 'destination-unreachable'
  readonly code: number
  /** The IP header of the packet that did not arrive, and at least 8 bytes more. */
  readonly original: Uint8Array
}

export type IcmpMessage = IcmpEcho | IcmpDestinationUnreachable

/**
 * Reads an ICMP message (RFC 792). Data are views of `bytes`.
 *
 *      0      1      2             4             6             8
 *     +------+------+-------------+-------------+-------------+---------
 *     | type | code |  checksum   | identifier  |  sequence   |  data
 *     +------+------+-------------+-------------+-------------+---------
 *
 * @throws DecodeError on a wrong checksum and on types other than those of `IcmpMessage`
 */
export function decodeIcmp(bytes: Uint8Array): IcmpMessage {
  const reader = new Reader(bytes)
  const type = reader.u8('type')
  const code = reader.u8('code')
  reader.skip(2, 'checksum')
  const first = reader.u16('identifier')
  const second = reader.u16('sequence number')
  if (internetChecksum(bytes) !== 0) throw new DecodeError('invalid', 'checksum', 2)
  switch (type) {
    case ECHO_REQUEST:
    case ECHO_REPLY:
      return {
        type: type === ECHO_REQUEST ? 'echo-request' : 'echo-reply',
        identifier: first,
        sequence: second,
        data: reader.rest(),
      }
    case DESTINATION_UNREACHABLE:
      return { type: 'destination-unreachable', code, original: reader.rest() }
    default:
      throw new DecodeError('unrecognised', 'type', 0, String(type))
  }
}

export function encodeIcmp(message: IcmpMessage): Buffer {
  const writer =
    message.type === 'destination-unreachable'
      ? new Writer().u8(DESTINATION_UNREACHABLE).u8(message.code).u16(0).u32(0).bytes(message.original)
      : new Writer(8 + message.data.length)
          .u8(message.type === 'echo-request' ? ECHO_REQUEST : ECHO_REPLY)
          .u8(0)
          .u16(0)
          .u16(message.identifier)
          .u16(message.sequence)
          .bytes(message.data)
  const bytes = writer.finish()
  bytes.writeUInt16BE(internetChecksum(bytes), 2)
  return bytes
}
