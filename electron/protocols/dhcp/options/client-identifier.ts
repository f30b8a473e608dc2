import { macFromBytes } from '../../addresses.ts'
import { DecodeError } from '../../bytes.ts'
import { ETHERNET } from '../message.ts'
import type { OptionCodec } from '../options.ts'

/** Hardware type and address, or type 0 and something else that is unique. */
export interface ClientIdentifier {
  readonly type: number
  readonly identifier: Uint8Array
}

/** Client identifier (RFC 2132 section 9.14), to be sent back unchanged (RFC 6842 section 3). */
export const clientIdentifier: OptionCodec<ClientIdentifier> = {
  code: 61,
  name: 'client identifier',
  decode(bytes) {
    if (bytes.length < 2)
      throw new DecodeError('truncated', 'client identifier', 0, `${bytes.length} bytes instead of 2 or more`)
    return { type: bytes[0]!, identifier: bytes.subarray(1) }
  },
  encode: ({ type, identifier }) => Buffer.from([type, ...identifier]),
  describe: ({ type, identifier }) =>
    type === ETHERNET && identifier.length === 6
      ? macFromBytes(identifier)
      : `type ${type}, ${Buffer.from(identifier).toString('hex')}`,
}
