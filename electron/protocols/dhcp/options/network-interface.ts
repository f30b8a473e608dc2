import type { OptionCodec } from '../options.ts'
import { expectLength } from './kinds.ts'

export interface NetworkInterfaceIdentifier {
  /** 1 is UNDI, the only one there is. */
  readonly type: number
  readonly major: number
  readonly minor: number
}

/** Client network interface identifier (RFC 4578 section 2.2). */
export const networkInterface: OptionCodec<NetworkInterfaceIdentifier> = {
  code: 94,
  name: 'client network interface identifier',
  decode(bytes) {
    expectLength(bytes, 3, 'client network interface identifier')
    return { type: bytes[0]!, major: bytes[1]!, minor: bytes[2]! }
  },
  encode: ({ type, major, minor }) => Buffer.of(type, major, minor),
  describe: ({ type, major, minor }) => `${type === 1 ? 'UNDI' : `type ${type}`} ${major}.${minor}`,
}
