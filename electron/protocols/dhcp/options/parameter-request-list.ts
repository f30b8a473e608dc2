import type { OptionCodec } from '../options.ts'

/** Parameter request list (RFC 2132 section 9.8): the codes of the options a client would like, most wanted first. */
export const parameterRequestList: OptionCodec<readonly number[]> = {
  code: 55,
  name: 'parameter request list',
  decode: (bytes) => [...bytes],
  encode: (value) => Buffer.from(value),
  describe: (value) => value.join(' '),
}
