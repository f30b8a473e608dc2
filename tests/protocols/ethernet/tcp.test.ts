import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DecodeError } from '../../../electron/protocols/bytes.ts'
import { decodeTcp, encodeTcp, type TcpSegment } from '../../../electron/protocols/ethernet/tcp.ts'

const ends = { source: '192.168.77.58', destination: '192.168.77.1' }

/** The first segment of the Darwin kernel's connection to its NFS server, with six options. */
const DARWIN_SYN = Buffer.from(
  'c000080117f8051700000000b002ffff9f750000020405b4010303040101080a110785e40000000004020000',
  'hex',
)

describe('TCP segments', () => {
  it("of Darwin's kernel tell what it takes", () => {
    expect(decodeTcp(DARWIN_SYN, ends)).toEqual({
      sourcePort: 49152,
      destinationPort: 2049,
      sequence: 0x17f80517,
      acknowledgement: 0,
      syn: true,
      ack: false,
      fin: false,
      rst: false,
      psh: false,
      window: 65535,
      maximumSegmentSize: 1460,
      payload: Buffer.alloc(0),
    })
  })

  it('are refused with a changed bit or other addresses', () => {
    const changed = Buffer.from(DARWIN_SYN)
    changed[5]! ^= 1
    expect(() => decodeTcp(changed, ends)).toThrow('Checksum')
    expect(() => decodeTcp(DARWIN_SYN, { ...ends, source: '192.168.77.59' })).toThrow('Checksum')
  })

  it('are read as they were written', () => {
    const number = fc.integer({ min: 0, max: 0xffffffff })
    const port = fc.integer({ min: 0, max: 0xffff })
    const flag = fc.boolean()
    const segment = fc.record<TcpSegment>({
      sourcePort: port,
      destinationPort: port,
      sequence: number,
      acknowledgement: number,
      syn: flag,
      ack: flag,
      fin: flag,
      rst: flag,
      psh: flag,
      window: port,
      maximumSegmentSize: port,
      payload: fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
    })
    fc.assert(
      fc.property(segment, (one) => {
        expect(decodeTcp(encodeTcp(one, ends), ends)).toEqual(one)
      }),
    )
  })

  it('that are none end in a DecodeError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(() => decodeTcp(bytes, ends)).toThrow(DecodeError)
      }),
    )
  })
})
