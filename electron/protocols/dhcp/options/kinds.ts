/** The kinds of value that most options of RFC 2132 have. */
import { ipv4ToNumber, readIpv4, type Ipv4Address } from '../../addresses.ts'
import { DecodeError, Reader, Writer } from '../../bytes.ts'
import type { OptionCodec } from '../options.ts'

export function addressOption(code: number, name: string): OptionCodec<Ipv4Address> {
  return {
    code,
    name,
    decode(bytes) {
      expectLength(bytes, 4, name)
      return readIpv4(new Reader(bytes), name)
    },
    encode: (value) => new Writer(4).u32(ipv4ToNumber(value)).finish(),
    describe: (value) => value,
  }
}

/** At least one address, in order of preference. */
export function addressListOption(code: number, name: string): OptionCodec<readonly Ipv4Address[]> {
  return {
    code,
    name,
    decode(bytes) {
      if (bytes.length === 0 || bytes.length % 4 !== 0)
        throw new DecodeError('invalid', name, 0, `${bytes.length} bytes are no list of addresses`)
      const reader = new Reader(bytes)
      return Array.from({ length: bytes.length / 4 }, () => readIpv4(reader, name))
    },
    encode(value) {
      const writer = new Writer(4 * value.length)
      for (const address of value) writer.u32(ipv4ToNumber(address))
      return writer.finish()
    },
    describe: (value) => value.join(', '),
  }
}

/** Text, which is sent without a NUL but often arrives with one (RFC 2132 section 2). */
export function textOption(code: number, name: string): OptionCodec<string> {
  return {
    code,
    name,
    decode(bytes) {
      let end = bytes.length
      while (end > 0 && bytes[end - 1] === 0) end -= 1
      return bytes.toString('utf8', 0, end)
    },
    encode: (value) => Buffer.from(value, 'utf8'),
    describe: (value) => JSON.stringify(value),
  }
}

export function u16Option(code: number, name: string, unit: string): OptionCodec<number> {
  return {
    code,
    name,
    decode(bytes) {
      expectLength(bytes, 2, name)
      return bytes.readUInt16BE(0)
    },
    encode: (value) => new Writer(2).u16(value).finish(),
    describe: (value) => `${value} ${unit}`,
  }
}

/** A time in seconds; 0xffffffff is for ever (RFC 2131 section 3.3). */
export function secondsOption(code: number, name: string): OptionCodec<number> {
  return {
    code,
    name,
    decode(bytes) {
      expectLength(bytes, 4, name)
      return bytes.readUInt32BE(0)
    },
    encode: (value) => new Writer(4).u32(value).finish(),
    describe: (value) => (value === 0xffffffff ? 'for ever' : `${value} s`),
  }
}

export function expectLength(bytes: Uint8Array, length: number, name: string): void {
  if (bytes.length !== length)
    throw new DecodeError('invalid', name, 0, `${bytes.length} bytes instead of ${length}`)
}
