import { DecodeError } from '../../bytes.ts'
import type { OptionCodec } from '../options.ts'

/** Which of the fixed fields hold options instead of a name. */
export interface Overload {
  readonly file: boolean
  readonly sname: boolean
}

/** Option overload (RFC 2132 section 9.3). The message codec reads and writes it; nobody else needs to. */
export const overload: OptionCodec<Overload> = {
  code: 52,
  name: 'option overload',
  decode(bytes) {
    const value = bytes[0] ?? 0
    if (bytes.length !== 1 || value < 1 || value > 3)
      throw new DecodeError('invalid', 'option overload', 0, `${bytes.toString('hex')} is not 1, 2 or 3`)
    return { file: (value & 1) !== 0, sname: (value & 2) !== 0 }
  },
  encode: ({ file, sname }) => Buffer.of((file ? 1 : 0) | (sname ? 2 : 0)),
  describe: ({ file, sname }) => [...(file ? ['file'] : []), ...(sname ? ['sname'] : [])].join(' and '),
}
