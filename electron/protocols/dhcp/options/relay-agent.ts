import type { OptionCodec } from '../options.ts'
import { readSuboptions, writeSuboptions, type Suboptions } from './suboptions.ts'

/** Relay agent information (RFC 3046 section 2), to be sent back unchanged and as the last option. */
export const relayAgentInformation: OptionCodec<Suboptions> = {
  code: 82,
  name: 'relay agent information',
  decode: (bytes) => readSuboptions(bytes, 'relay agent information', false),
  encode: (value) => writeSuboptions(value, 'relay agent information', false),
  describe: (value) =>
    [...value].map(([code, bytes]) => `${code}: ${Buffer.from(bytes).toString('hex')}`).join(', '),
}
