import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Reassembler, fragment } from '../../../electron/protocols/ethernet/fragments.ts'
import { type Ipv4Packet, decodeIpv4, encodeIpv4 } from '../../../electron/protocols/ethernet/ipv4.ts'

function packetOf(length: number, identification = 7): Ipv4Packet {
  return {
    source: '10.77.0.50',
    destination: '10.77.0.1',
    protocol: 17,
    timeToLive: 64,
    identification,
    dontFragment: false,
    moreFragments: false,
    fragmentOffset: 0,
    payload: Buffer.from(Array.from({ length }, (_, at) => (at * 31 + identification) & 255)),
  }
}

/** What comes out of adding all, in order. */
function reassemble(reassembler: Reassembler, packets: readonly Ipv4Packet[], now = 0): Ipv4Packet[] {
  return packets.flatMap((packet) => reassembler.add(packet, now) ?? [])
}

const between = (start: number, end: number, more = true): Ipv4Packet => ({
  ...packetOf(0),
  fragmentOffset: start,
  moreFragments: more,
  payload: packetOf(end).payload.subarray(start),
})

describe('fragments', () => {
  it('fit the MTU and go over the wire as packets of their own', () => {
    const fragments = fragment(packetOf(8192), 1500)
    expect(fragments).toHaveLength(6)
    for (const one of fragments) {
      expect(encodeIpv4(one).length).toBeLessThanOrEqual(1500)
      expect(decodeIpv4(encodeIpv4(one))).toEqual(one)
    }
  })

  it('are not made of a packet that fits', () => {
    expect(fragment(packetOf(1480), 1500)).toHaveLength(1)
    expect(fragment(packetOf(1481), 1500)).toHaveLength(2)
  })

  it('become the packet again in any order and with any of them twice', () => {
    const scripts = fc.record({
      length: fc.integer({ min: 1481, max: 65515 }),
      ranks: fc.array(fc.nat(), { minLength: 90, maxLength: 90 }),
    })
    fc.assert(
      fc.property(scripts, ({ length, ranks }) => {
        const fragments = fragment(packetOf(length), 1500)
        const order = [...fragments, ...fragments.slice(1)]
          .map((one, at) => ({ one, rank: ranks[at]! }))
          .sort((a, b) => a.rank - b.rank)
        const [whole] = reassemble(
          new Reassembler(),
          order.map(({ one }) => one),
        )
        expect(whole).toMatchObject({ moreFragments: false, fragmentOffset: 0, identification: 7 })
        expect(Buffer.compare(whole!.payload, packetOf(length).payload)).toBe(0)
      }),
    )
  })

  it('of packets that arrive mixed up do not mix', () => {
    const all = [3, 4, 5].map((id) => fragment(packetOf(4000, id), 1500))
    const mixed = [0, 1, 2].flatMap((at) => all.map((fragments) => fragments[at]!))
    expect(reassemble(new Reassembler(), mixed)).toEqual([3, 4, 5].map((id) => packetOf(4000, id)))
  })
})

describe('a reassembler', () => {
  it('gives up a packet whose last fragment does not come in time, and takes it when it is sent again', () => {
    const reassembler = new Reassembler({ timeout: 1000 })
    const [first, second] = fragment(packetOf(2000), 1500) as [Ipv4Packet, Ipv4Packet]
    expect(reassembler.add(first, 0)).toBeUndefined()
    expect(reassembler.add(second, 1000)).toBeUndefined()
    expect(reassembler.add(first, 1001)).toEqual(packetOf(2000))
  })

  it.each([
    ['starts within another', [between(0, 1480), between(1472, 3000, false)]],
    ['ends within another', [between(1480, 2960), between(0, 1488)]],
    ['covers another', [between(800, 1480), between(0, 2960)]],
    [
      'is another one in the same place',
      [between(0, 1480), { ...between(0, 1480), payload: Buffer.alloc(1480) }],
    ],
    ['ends the packet elsewhere', [between(1480, 2000, false), between(2960, 3000, false)]],
    ['goes on past the end', [between(1480, 2000, false), between(2960, 3360)]],
    ['leaves no place for the next', [between(0, 1481)]],
  ] as const)('drops a packet with a fragment that %s', (_, fragments) => {
    const reassembler = new Reassembler()
    expect(reassemble(reassembler, fragments)).toEqual([])
    expect(reassembler.bytes).toBe(0)
  })

  it('keeps no more than its limits, whatever is thrown at it', () => {
    const reassembler = new Reassembler({ packets: 8, bytes: 20_000 })
    for (let id = 0; id < 1000; id++) {
      reassembler.add({ ...between(0, 1480), identification: id }, 0)
      expect(reassembler.bytes).toBeLessThanOrEqual(8 * 1480)
    }
    for (let at = 0; at < 64; at++) reassembler.add({ ...between(0, 1480), fragmentOffset: at * 1480 }, 0)
    expect(reassembler.bytes).toBeLessThanOrEqual(20_000)
    reassembler.clear()
    for (let at = 0; at < 8000; at++) reassembler.add({ ...between(0, 8), fragmentOffset: at * 8 }, 0)
    expect(reassembler.bytes).toBeLessThanOrEqual(128 * 8)
    expect(reassemble(reassembler, fragment(packetOf(9000, 999), 1500))).toEqual([packetOf(9000, 999)])
  })
})
