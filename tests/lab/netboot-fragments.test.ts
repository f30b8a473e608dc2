import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fragment } from '../../electron/protocols/ethernet/fragments.ts'
import { encodeIpv4, IpProtocol, type Ipv4Packet } from '../../electron/protocols/ethernet/ipv4.ts'
import { noVirtualTarget } from './bootwire.ts'
import { pattern } from './patterns.ts'
import { unless } from '../skipping.ts'

const LARGEST = 9216

const work = mkdtempSync(join(tmpdir(), 'bootwire-fragments-'))
const reassembler = join(work, 'reassembler')
afterAll(() => rmSync(work, { recursive: true }))

interface Arrival {
  readonly packet: Ipv4Packet
  /** Milliseconds since the one before. */
  readonly pause?: number
}

/** What NetBoot makes of packets. */
function reassembled(arrivals: readonly Arrival[]): Buffer[] {
  const input = arrivals.flatMap(({ packet, pause = 0 }) => {
    const bytes = encodeIpv4(packet)
    return [Buffer.from(new Uint32Array([pause, bytes.length]).buffer), bytes]
  })
  const output = execFileSync(reassembler, { input: Buffer.concat(input), maxBuffer: 1 << 24 })
  const found: Buffer[] = []
  for (let at = 0; at < output.length; at += 4 + output.readUInt32LE(at))
    found.push(output.subarray(at + 4, at + 4 + output.readUInt32LE(at)))
  return found
}

const datagram = (length: number, identification = 1): Ipv4Packet => ({
  source: '10.77.0.1',
  destination: '10.77.0.2',
  protocol: IpProtocol.udp,
  timeToLive: 64,
  identification,
  dontFragment: false,
  moreFragments: false,
  fragmentOffset: 0,
  payload: pattern(length, identification),
})
const pieces = (length: number, identification?: number) => fragment(datagram(length, identification), 1500)
const arrivals = (packets: readonly Ipv4Packet[]): Arrival[] => packets.map((packet) => ({ packet }))

describe('a datagram in fragments', unless(noVirtualTarget()), () => {
  beforeAll(() => {
    const target = 'resources/target'
    const sources = ['tests/lab/programs/reassembler.c', `${target}/net/fragments.c`]
    const checks = ['-Wall', '-Werror', '-fno-builtin', '-fsanitize=address,undefined']
    execFileSync('gcc', [...checks, '-o', reassembler, ...sources])
  })

  it('is whole for NetBoot in whatever order they come, with any of them twice', () => {
    const scripts = fc.record({
      length: fc.integer({ min: 1481, max: LARGEST }),
      ranks: fc.array(fc.nat(), { minLength: 16, maxLength: 16 }),
    })
    const property = fc.property(scripts, ({ length, ranks }) => {
      const all = pieces(length)
      const order = [...all, ...all.slice(1)]
        .map((packet, at) => ({ packet, rank: ranks[at]! }))
        .sort((one, other) => one.rank - other.rank)
      // What comes after the last that was missing begins anew, and never ends.
      expect(reassembled(order)).toEqual([pattern(length, 1)])
    })
    fc.assert(property, { numRuns: 60 })
  })

  it('does not mix with others that arrive at the same time', () => {
    const [one, other] = [pieces(8300, 1), pieces(8300, 2)]
    const mixed = one.flatMap((packet, at) => [packet, other[at]!])
    expect(reassembled(arrivals(mixed))).toEqual([pattern(8300, 1), pattern(8300, 2)])
  })

  it('is dropped when two of them overlap, and the next is taken', () => {
    const [first, second, ...rest] = pieces(8300)
    const overlapping = { ...second!, fragmentOffset: second!.fragmentOffset - 8 }
    const good = arrivals(pieces(4000, 2))
    for (const bad of [
      [first!, overlapping, second!, ...rest],
      [overlapping, first!, second!, ...rest],
      [...rest, overlapping, second!, first!],
    ])
      expect(reassembled([...arrivals(bad), ...good])).toEqual([pattern(4000, 2)])
  })

  it('is dropped when it ends twice, before one of them or beyond what there is room for', () => {
    const [first, second, third] = pieces(4000)
    const last = { ...second!, moreFragments: false }
    const far = { ...third!, fragmentOffset: 65512 - (third!.payload.length & ~7) }
    const odd = { ...first!, payload: first!.payload.subarray(3) }
    for (const bad of [
      [third!, last, first!],
      [last, third!, first!],
      [far, first!, second!],
      [odd, second!, third!],
      pieces(LARGEST + 1),
    ])
      expect(reassembled(arrivals(bad))).toEqual([])
  })

  it('is given up after a second, and taken when it is sent again', () => {
    const [first, ...rest] = arrivals(pieces(8300))
    expect(reassembled([first!, { ...rest[0]!, pause: 1001 }, ...rest.slice(1)])).toEqual([])
    expect(reassembled([first!, { ...first!, pause: 1001 }, ...rest])).toEqual([pattern(8300, 1)])
  })
})
