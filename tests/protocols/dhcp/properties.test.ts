import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ipv4FromNumber } from '../../../electron/protocols/addresses.ts'
import { DecodeError } from '../../../electron/protocols/bytes.ts'
import { decodeMessage } from '../../../electron/protocols/dhcp/decode.ts'
import { encodeMessage } from '../../../electron/protocols/dhcp/encode.ts'
import { message } from '../../../electron/protocols/dhcp/message.ts'
import { Options } from '../../../electron/protocols/dhcp/options.ts'
import { summary } from '../../../electron/protocols/dhcp/summary.ts'
import { REAL_MESSAGES, realMessage } from './fixtures.ts'

const u8 = fc.nat(0xff)
const u16 = fc.nat(0xffff)
const u32 = fc.nat(0xffffffff)
const address = u32.map(ipv4FromNumber)
const name = (maxLength: number) =>
  fc.string({
    unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
    maxLength,
  })
const options = fc
  .uniqueArray(
    fc.tuple(
      fc.integer({ min: 1, max: 254 }).filter((code) => code !== 52),
      fc.uint8Array({ maxLength: 400 }),
    ),
    { selector: ([code]) => code, maxLength: 12 },
  )
  .map((entries) => entries.reduce((all, [code, value]) => all.setRaw(code, value), new Options()))
const anyMessage = fc
  .record({
    op: fc.constantFrom('request' as const, 'reply' as const),
    htype: u8,
    hops: u8,
    xid: u32,
    secs: u16,
    flags: u16,
    ciaddr: address,
    yiaddr: address,
    siaddr: address,
    giaddr: address,
    chaddr: fc.uint8Array({ maxLength: 16 }),
    sname: fc.oneof(fc.constant(''), name(63)),
    file: fc.oneof(fc.constant(''), name(127)),
    options,
  })
  .map((fields) => message(fields))

/** Decodes and describes, as the packet view does; fails on any error but a `DecodeError`. */
function survives(bytes: Uint8Array): void {
  let decoded
  try {
    decoded = decodeMessage(bytes)
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError)
    return
  }
  expect(summary(decoded)).not.toBe('')
}

describe('any message', () => {
  it('comes back as it was sent, but for the options that had no room', () => {
    fc.assert(
      fc.property(anyMessage, fc.integer({ min: 548, max: 1472 }), (sent, maximum) => {
        const { bytes, omitted } = encodeMessage(sent, { maximum })
        expect(bytes.length).toBeGreaterThanOrEqual(300)
        expect(bytes.length).toBeLessThanOrEqual(maximum)
        const received = decodeMessage(bytes)
        const fields = ['op', 'htype', 'hops', 'xid', 'secs', 'flags', 'sname', 'file'] as const
        const addresses = ['ciaddr', 'yiaddr', 'siaddr', 'giaddr'] as const
        for (const field of [...fields, ...addresses]) expect(received[field]).toBe(sent[field])
        expect(Buffer.from(received.chaddr)).toEqual(Buffer.from(sent.chaddr))
        for (const [code] of sent.options) {
          const expected = omitted.includes(code) ? undefined : sent.options.raw(code)
          expect(received.options.raw(code), `option ${code}`).toEqual(expected)
        }
      }),
    )
  })
})

describe('hostile bytes', () => {
  it('let nothing but a DecodeError out: random ones', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 1500 }), survives), { numRuns: 1000 })
  })

  it('let nothing but a DecodeError out: random options behind a valid header', () => {
    const start = realMessage('ipxe-discover').subarray(0, 240)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (tail) => survives(Buffer.concat([start, tail]))),
      { numRuns: 2000 },
    )
  })

  it.each(REAL_MESSAGES)('let nothing but a DecodeError out: %s cut at every byte', (name) => {
    const whole = realMessage(name)
    for (let length = 0; length <= whole.length; length += 1) survives(whole.subarray(0, length))
  })

  it.each(REAL_MESSAGES)('let nothing but a DecodeError out: %s with every byte at its extremes', (name) => {
    const whole = realMessage(name)
    for (let at = 0; at < whole.length; at += 1) {
      for (const value of [0, 1, 52, 127, 254, 255]) {
        const changed = Buffer.from(whole)
        changed[at] = value
        survives(changed)
      }
    }
  })

  it('take a message of the largest datagram made of one-byte pieces of one option', () => {
    const pieces = Buffer.alloc(65_000, Buffer.of(17, 1, 0x61))
    const decoded = decodeMessage(
      Buffer.concat([realMessage('ipxe-discover').subarray(0, 240), pieces.subarray(0, 64_998)]),
    )
    expect(decoded.options.raw(17)).toHaveLength(21_666)
  })
})
