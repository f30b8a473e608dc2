import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TargetTraffic } from '../../../electron/link/nic/target-traffic.ts'
import { macToBytes } from '../../../electron/protocols/addresses.ts'

const OWN = '54:ee:75:c4:11:0a'
const TARGET = '52:54:00:12:34:56'
const ROUTER = '00:0d:b9:01:02:03'
const ALL = 'ff:ff:ff:ff:ff:ff'

/** An IPv4 frame as far as it is looked at. */
function frame(from: string, to: string, port: number, { protocol = 17, fragment = 0 } = {}): Buffer {
  const header = Buffer.alloc(20)
  header[0] = 0x45
  header.writeUInt16BE(fragment, 6)
  header[9] = protocol
  const ports = Buffer.alloc(8)
  ports.writeUInt16BE(port, 2)
  return Buffer.concat([macToBytes(to), macToBytes(from), Buffer.from([8, 0]), header, ports])
}

describe('a capture of a real interface', () => {
  it('holds what a target sends and is sent from its first request on', () => {
    const traffic = new TargetTraffic(OWN)
    expect(traffic.includes(frame(OWN, TARGET, 40_000))).toBe(false)
    expect(traffic.includes(frame(TARGET, ALL, 67))).toBe(true)
    expect(traffic.includes(frame(OWN, TARGET, 68))).toBe(true)
    expect(traffic.includes(frame(TARGET, OWN, 50_001))).toBe(true)
    expect(traffic.includes(frame(TARGET, OWN, 0, { fragment: 185 }))).toBe(true)
  })

  it.each([67, 69, 111, 2049, 4011, 20048])(
    'takes who asks on port %i for a target, by UDP and TCP',
    (port) => {
      for (const protocol of [6, 17]) {
        const traffic = new TargetTraffic(OWN)
        expect(traffic.includes(frame(TARGET, OWN, port, { protocol }))).toBe(true)
        expect(traffic.includes(frame(OWN, TARGET, 1234, { protocol }))).toBe(true)
      }
    },
  )

  it('does not hold what this computer does with others, whichever services they have', () => {
    const traffic = new TargetTraffic(OWN)
    for (const port of [443, 53, 67, 2049]) {
      expect(traffic.includes(frame(OWN, ROUTER, port)), `to port ${port}`).toBe(false)
      expect(traffic.includes(frame(ROUTER, OWN, 51_000))).toBe(false)
    }
    expect(traffic.includes(frame(ROUTER, OWN, 2049, { fragment: 1 }))).toBe(false)
  })

  it('holds what everyone hears', () => {
    const traffic = new TargetTraffic(OWN)
    expect(traffic.includes(frame(ROUTER, ALL, 5353))).toBe(true)
    expect(traffic.includes(frame(OWN, '01:00:5e:00:00:fb', 5353))).toBe(true)
  })

  it('is not disturbed by frames of any kind', () => {
    const traffic = new TargetTraffic(OWN)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => void traffic.includes(Buffer.from(bytes))),
    )
  })
})
