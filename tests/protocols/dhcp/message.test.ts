import { describe, expect, it } from 'vitest'
import { DecodeError } from '../../../electron/protocols/bytes.ts'
import { decodeMessage } from '../../../electron/protocols/dhcp/decode.ts'
import { encodeMessage } from '../../../electron/protocols/dhcp/encode.ts'
import { message, type DhcpMessage } from '../../../electron/protocols/dhcp/message.ts'
import { Options } from '../../../electron/protocols/dhcp/options.ts'
import { messageType } from '../../../electron/protocols/dhcp/options/message-type.ts'
import { rootPath, vendorClass } from '../../../electron/protocols/dhcp/options/standard.ts'
import { realMessage } from './fixtures.ts'

function header(length = 236): Buffer {
  const bytes = Buffer.alloc(length)
  bytes.set([1, 1, 6, 0])
  return bytes
}

/** A message whose vendor field holds these bytes after the cookie. */
function withOptions(hex: string): Buffer {
  return Buffer.concat([header(), Buffer.from(`63825363${hex}`, 'hex')])
}

function codes(of: DhcpMessage): number[] {
  return [...of.options].map(([code]) => code)
}

describe('decoding the fixed fields', () => {
  it('reads each where RFC 951 has it', () => {
    const bytes = Buffer.from(
      '020106030a0b0c0d00078000c0a80001c0a80002c0a80003c0a80004' + '52540012345600000000000000000000',
      'hex',
    )
    const whole = Buffer.concat([bytes, Buffer.alloc(192)])
    whole.write('server', 44)
    whole.write('boot/file', 108)
    expect(decodeMessage(whole)).toMatchObject({
      op: 'reply',
      htype: 1,
      hops: 3,
      xid: 0x0a0b0c0d,
      secs: 7,
      flags: 0x8000,
      ciaddr: '192.168.0.1',
      yiaddr: '192.168.0.2',
      siaddr: '192.168.0.3',
      giaddr: '192.168.0.4',
      chaddr: Buffer.from('525400123456', 'hex'),
      sname: 'server',
      file: 'boot/file',
    })
  })

  it('reads a file name that fills its field and has no NUL', () => {
    const bytes = header()
    bytes.fill('f', 108, 236)
    expect(decodeMessage(bytes).file).toBe('f'.repeat(128))
  })

  it('refuses what is no message, naming the field', () => {
    const fault = (bytes: Buffer) => {
      try {
        decodeMessage(bytes)
      } catch (error) {
        return error instanceof DecodeError ? `${error.field} ${error.fault}` : String(error)
      }
      return undefined
    }
    expect(fault(Buffer.alloc(0))).toBe('op truncated')
    expect(fault(Buffer.of(3))).toBe('op unrecognised')
    expect(fault(Buffer.of(1, 1, 17))).toBe('hlen oversized')
    expect(fault(header(235))).toBe('file truncated')
  })
})

describe('decoding the vendor field', () => {
  it('takes BOOTP without one, with a short one, and with another magic', () => {
    expect(codes(decodeMessage(header()))).toEqual([])
    expect(decodeMessage(header(239)).vendor).toHaveLength(3)
    const cmu = Buffer.concat([header(), Buffer.from('CMU\0rest')])
    expect(decodeMessage(cmu).vendor.toString()).toBe('CMU\0rest')
    expect(codes(decodeMessage(cmu))).toEqual([])
  })

  it('takes options that no END follows', () => {
    expect(codes(decodeMessage(withOptions('350101')))).toEqual([53])
  })

  it('skips padding and stops at END', () => {
    expect(codes(decodeMessage(withOptions('00003501010000ff0c0161')))).toEqual([53])
  })

  it('refuses an option that runs past the end, and one without a length', () => {
    expect(() => decodeMessage(withOptions('0c0561'))).toThrow('option 12 at byte 240 is truncated')
    expect(() => decodeMessage(withOptions('0c'))).toThrow(DecodeError)
  })

  it('puts the pieces of a long option together, in whatever order they lie', () => {
    const decoded = decodeMessage(withOptions('11026162350101110163ff'))
    expect(decoded.options.get(rootPath)).toBe('abc')
    expect(decoded.options.get(messageType)).toBe('DISCOVER')
  })

  it('goes on in file and then in sname when overloaded', () => {
    const bytes = withOptions('340103110161ff')
    bytes.set(Buffer.from('110162ff', 'hex'), 108)
    bytes.set(Buffer.from('1101633c0178ff', 'hex'), 44)
    const decoded = decodeMessage(bytes)
    expect(decoded.options.get(rootPath)).toBe('abc')
    expect(decoded.options.get(vendorClass)).toBe('x')
    expect([decoded.file, decoded.sname]).toEqual(['', ''])
    expect(codes(decoded)).toEqual([17, 60])
  })

  it('leaves a file name alone when only sname is overloaded', () => {
    const bytes = withOptions('340102ff')
    bytes.write('boot.0', 108)
    bytes.set(Buffer.from('110161ff', 'hex'), 44)
    const decoded = decodeMessage(bytes)
    expect(decoded.file).toBe('boot.0')
    expect(decoded.options.get(rootPath)).toBe('a')
  })
})

describe('encoding', () => {
  it('gives back the bytes of the real BOOTP request', () => {
    const bytes = realMessage('oskit-bootp-request')
    expect(encodeMessage(decodeMessage(bytes)).bytes).toEqual(bytes)
  })

  it('gives back the bytes of a real offer', () => {
    const bytes = realMessage('dnsmasq-offer')
    expect(encodeMessage(decodeMessage(bytes)).bytes).toEqual(bytes)
  })

  it('is never shorter than 300 bytes, which some BOOTP clients insist on', () => {
    expect(encodeMessage(message({ op: 'reply' })).bytes).toHaveLength(300)
  })

  it('keeps the order of the options', () => {
    const options = new Options()
      .setRaw(54, Buffer.alloc(4))
      .setRaw(1, Buffer.alloc(4))
      .setRaw(3, Buffer.alloc(4))
    expect(codes(decodeMessage(encodeMessage(message({ op: 'reply', options })).bytes))).toEqual([54, 1, 3])
  })

  it('splits a value of over 255 bytes', () => {
    const path = 'p'.repeat(260)
    const options = new Options().set(rootPath, path)
    const { bytes, omitted } = encodeMessage(message({ op: 'reply', options }))
    expect(bytes.subarray(240, 242).toString('hex')).toBe('11ff')
    expect(bytes.subarray(240 + 257, 240 + 259).toString('hex')).toBe('1105')
    expect(omitted).toEqual([])
    expect(decodeMessage(bytes).options.get(rootPath)).toBe(path)
  })

  const many = () =>
    new Options()
      .set(messageType, 'OFFER')
      .setRaw(17, Buffer.alloc(200, 'a'))
      .setRaw(128, Buffer.alloc(110, 'b'))
      .setRaw(129, Buffer.alloc(50, 'c'))

  it('goes on in file and sname when the client takes no more, and says so in option 52', () => {
    const options = many().setRaw(130, Buffer.alloc(60, 'd'))
    const { bytes, omitted } = encodeMessage(message({ op: 'reply', options }))
    expect(bytes.length).toBeLessThanOrEqual(548)
    expect(omitted).toEqual([])
    expect(bytes.subarray(240, 246).toString('hex')).toBe('350102340103')
    const decoded = decodeMessage(bytes)
    for (const [code, value] of options) expect(decoded.options.raw(code), `option ${code}`).toEqual(value)
  })

  it('never overwrites a boot file, and leaves out what does not fit', () => {
    const { bytes, omitted } = encodeMessage(message({ op: 'reply', file: 'pxelinux.0', options: many() }))
    expect(decodeMessage(bytes).file).toBe('pxelinux.0')
    expect(omitted).toEqual([128])
    expect(codes(decodeMessage(bytes))).toEqual([53, 17, 129])
  })

  it('does not overload for clients that would not look there', () => {
    const { bytes, omitted } = encodeMessage(message({ op: 'reply', options: many() }), {
      maximum: 300,
      overload: false,
    })
    expect(bytes).toHaveLength(300)
    expect(omitted).toEqual([17, 128])
  })

  it('refuses a boot file name that does not fit with its NUL', () => {
    expect(() => encodeMessage(message({ op: 'reply', file: 'f'.repeat(128) }))).toThrow(DecodeError)
    expect(encodeMessage(message({ op: 'reply', file: 'f'.repeat(127) })).bytes).toHaveLength(300)
  })
})
