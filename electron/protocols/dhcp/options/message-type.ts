import { DecodeError } from '../../bytes.ts'
import type { OptionCodec } from '../options.ts'
import { expectLength } from './kinds.ts'

const TYPES = ['DISCOVER', 'OFFER', 'REQUEST', 'DECLINE', 'ACK', 'NAK', 'RELEASE', 'INFORM'] as const
export type MessageType = (typeof TYPES)[number]

/** DHCP message type (RFC 2132 section 9.6). A message without it is BOOTP. */
export const messageType: OptionCodec<MessageType> = {
  code: 53,
  name: 'DHCP message type',
  decode(bytes) {
    expectLength(bytes, 1, 'DHCP message type')
    const type = TYPES[bytes[0]! - 1]
    if (type === undefined)
      throw new DecodeError('unrecognised', 'DHCP message type', 0, `${bytes[0]} is not from 1 to 8`)
    return type
  },
  encode: (value) => Buffer.of(TYPES.indexOf(value) + 1),
  describe: (value) => value,
}
