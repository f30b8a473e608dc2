import type { OptionCodec } from '../options.ts'
import { expectLength } from './kinds.ts'

export interface MachineIdentifier {
  /** 0 is a GUID, the only one there is. */
  readonly type: number
  /** 16 bytes, as the firmware sent them. */
  readonly guid: Uint8Array
}

/** Client machine identifier (RFC 4578 section 2.3), to be sent back unchanged to PXE clients. */
export const machineIdentifier: OptionCodec<MachineIdentifier> = {
  code: 97,
  name: 'client machine identifier',
  decode(bytes) {
    expectLength(bytes, 17, 'client machine identifier')
    return { type: bytes[0]!, guid: bytes.subarray(1) }
  },
  encode: ({ type, guid }) => Buffer.from([type, ...guid]),
  describe: ({ guid }) =>
    Buffer.from(guid)
      .toString('hex')
      .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
}
