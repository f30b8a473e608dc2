import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DecodeError } from '../../../electron/protocols/bytes.ts'
import { acknowledgedBlock } from '../../../electron/protocols/tftp/acknowledgement.ts'
import { decodePacket, encodePacket, summary, type Packet } from '../../../electron/protocols/tftp/packet.ts'

/** Captured from QEMU's iPXE ROM and PXELINUX 6.04 talking to dnsmasq 2.90. */
const captured: readonly (readonly [string, string])[] = [
  [
    '00017078656c696e75782e30006f6374657400626c6b73697a650031343332007473697a65003000',
    'RRQ pxelinux.0 octet blksize=1432 tsize=0',
  ],
  ['0006626c6b73697a650031343332007473697a6500343234333000', 'OACK blksize=1432 tsize=42430'],
  ['00040000', 'ACK 0'],
  [
    '00016c646c696e75782e633332006f63746574007473697a65003000626c6b73697a65003134303800',
    'RRQ ldlinux.c32 octet tsize=0 blksize=1408',
  ],
]

describe('packets', () => {
  it.each(captured)('reads and writes the captured packet %s', (hex, text) => {
    const packet = decodePacket(Buffer.from(hex, 'hex'))
    expect(summary(packet)).toBe(text)
    expect(encodePacket(packet).toString('hex')).toBe(hex)
  })

  it('lays out each packet as RFC 1350 draws it', () => {
    const hex = (packet: Packet) => encodePacket(packet).toString('hex')
    expect(hex({ type: 'data', block: 258, payload: Buffer.from('hi') })).toBe('000301026869')
    expect(hex({ type: 'acknowledgement', block: 65535 })).toBe('0004ffff')
    expect(hex({ type: 'error', code: 1, text: 'no' })).toBe('000500016e6f00')
    expect(hex({ type: 'write-request', file: 'f', mode: 'octet', options: [] })).toBe('000266006f6374657400')
  })

  it('reads a mode in any case', () => {
    expect(decodePacket(Buffer.from('\0\x01f\0OcTeT\0'))).toMatchObject({ mode: 'octet' })
  })

  it('reads a request that its ROM filled up with NULs', () => {
    expect(decodePacket(Buffer.from('\0\x01f\0octet\0blksize\x001408\0\0\0\0\0\0'))).toMatchObject({
      options: [{ name: 'blksize', value: '1408' }],
    })
  })

  it('reads an error whose text has no end', () => {
    expect(summary(decodePacket(Buffer.from('\0\x05\0\x08User aborted')))).toBe('ERROR 8 User aborted')
  })

  it.each([
    ['nothing', Buffer.alloc(0), 'truncated'],
    ['one byte', Buffer.from([0]), 'truncated'],
    ['an opcode of the future', Buffer.from([0, 7]), 'unrecognised'],
    ['a name without an end', Buffer.from('\0\x01pxelinux.0'), 'truncated'],
    ['no mode', Buffer.from('\0\x01pxelinux.0\0'), 'truncated'],
    ['an empty name', Buffer.from('\0\x01\0octet\0'), 'invalid'],
    ['an option without a value', Buffer.from('\0\x01f\0octet\0blksize\0'), 'truncated'],
    ['an ACK without a block', Buffer.from([0, 4, 1]), 'truncated'],
    ['a name of 64 KB', Buffer.concat([Buffer.from([0, 1]), Buffer.alloc(65000, 65)]), 'oversized'],
  ])('refuses %s', (_, bytes, fault) => {
    expect(() => decodePacket(bytes)).toThrow(expect.objectContaining({ name: 'DecodeError', fault }))
  })

  it('lets nothing but a DecodeError out, whatever the bytes', () => {
    const opcode = fc.constantFrom(...[0, 1, 2, 3, 4, 5, 6, 7, 255])
    fc.assert(
      fc.property(opcode, fc.uint8Array({ maxLength: 600 }), (second, rest) => {
        try {
          summary(decodePacket(Buffer.from([0, second, ...rest])))
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError)
        }
      }),
    )
  })

  it('reads back whatever it wrote', () => {
    const text = fc.string({ minLength: 1, maxLength: 40 }).filter((value) => !value.includes('\0'))
    const options = fc.array(fc.record({ name: text, value: text }), { maxLength: 5 })
    const block = fc.nat(65535)
    const packets: fc.Arbitrary<Packet> = fc.oneof(
      fc.record({
        type: fc.constantFrom('read-request' as const, 'write-request' as const),
        file: text,
        mode: fc.constantFrom('octet', 'netascii'),
        options,
      }),
      fc.record({
        type: fc.constant('data' as const),
        block,
        payload: fc.uint8Array({ maxLength: 1468 }).map((bytes) => Buffer.from(bytes)),
      }),
      fc.record({ type: fc.constant('acknowledgement' as const), block }),
      fc.record({ type: fc.constant('error' as const), code: block, text }),
      fc.record({ type: fc.constant('option-acknowledgement' as const), options }),
    )
    fc.assert(
      fc.property(packets, (packet) => {
        expect(decodePacket(encodePacket(packet))).toEqual(packet)
      }),
    )
  })
})

describe('the block of an ACK', () => {
  it('is told from its bytes alone', () => {
    expect(acknowledgedBlock(Buffer.from([0, 4, 1, 2]))).toBe(258)
    expect(acknowledgedBlock(Buffer.from([0, 4, 1]))).toBe(-1)
    expect(acknowledgedBlock(Buffer.from([0, 5, 0, 0]))).toBe(-1)
  })
})
