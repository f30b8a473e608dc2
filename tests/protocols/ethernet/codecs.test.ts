import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DecodeError } from '../../../electron/protocols/bytes.ts'
import { ipv4FromNumber, macFromBytes } from '../../../electron/protocols/addresses.ts'
import { type ArpPacket, decodeArp, encodeArp } from '../../../electron/protocols/ethernet/arp.ts'
import { internetChecksum } from '../../../electron/protocols/ethernet/checksum.ts'
import { decodeFrame, encodeFrame, isGroupAddress } from '../../../electron/protocols/ethernet/frame.ts'
import { type IcmpMessage, decodeIcmp, encodeIcmp } from '../../../electron/protocols/ethernet/icmp.ts'
import { decodeIpv4, encodeIpv4 } from '../../../electron/protocols/ethernet/ipv4.ts'
import {
  ALL_ROUTERS,
  decodeIpv6,
  encodeIpv6,
  linkLocalAddress,
  multicastHardwareAddress,
} from '../../../electron/protocols/ethernet/ipv6.ts'
import {
  type RouterDiscovery,
  decodeRouterDiscovery,
  encodeRouterDiscovery,
} from '../../../electron/protocols/ethernet/router-discovery.ts'
import { decodeUdp, encodeUdp } from '../../../electron/protocols/ethernet/udp.ts'
import { frames } from '../../fixtures/ethernet.ts'

const mac = fc.uint8Array({ minLength: 6, maxLength: 6 }).map(macFromBytes)
const address = fc.nat(0xffff_ffff).map(ipv4FromNumber)
const u16 = fc.nat(0xffff)
const payload = fc.uint8Array({ maxLength: 1480 }).map((bytes) => Buffer.from(bytes))
const ipv4Of = (bytes: Buffer) => decodeIpv4(decodeFrame(bytes).payload)
const ipv6Of = (bytes: Buffer) => decodeIpv6(decodeFrame(bytes).payload)

describe('real frames', () => {
  it.each(Object.entries(frames))('%s is written again as it was read', (_, bytes) => {
    expect(encodeFrame(decodeFrame(bytes)).subarray(0, bytes.length)).toEqual(bytes)
  })

  it('reads a broadcast DHCPDISCOVER down to its port', () => {
    const frame = decodeFrame(frames.discover)
    expect(frame).toMatchObject({ destination: 'ff:ff:ff:ff:ff:ff', source: '52:54:00:12:34:56' })
    const packet = decodeIpv4(frame.payload)
    expect(packet).toMatchObject({ source: '0.0.0.0', destination: '255.255.255.255', timeToLive: 64 })
    const datagram = decodeUdp(packet.payload, packet)
    expect(datagram).toMatchObject({ sourcePort: 68, destinationPort: 67 })
    expect(datagram.payload).toHaveLength(400)
    expect(encodeIpv4({ ...packet, payload: encodeUdp(datagram, packet) })).toEqual(frame.payload)
  })

  it('reads ARP as iPXE asks and Linux answers', () => {
    expect(decodeArp(decodeFrame(frames.arpRequest).payload)).toEqual({
      operation: 'request',
      senderHardware: '52:54:00:12:34:56',
      senderProtocol: '192.168.77.58',
      targetHardware: '00:00:00:00:00:00',
      targetProtocol: '192.168.77.1',
    })
    const reply = decodeFrame(frames.arpReply).payload
    expect(decodeArp(reply)).toMatchObject({ operation: 'reply', senderHardware: '1a:f8:54:84:46:3d' })
    expect(encodeArp(decodeArp(reply))).toEqual(reply)
  })

  it('takes a datagram without a checksum, as OSKit NetBoot sends them', () => {
    const packet = ipv4Of(frames.portmapWithoutChecksum)
    expect(packet.payload.subarray(6, 8)).toEqual(Buffer.of(0, 0))
    expect(decodeUdp(packet.payload, packet)).toMatchObject({ destinationPort: 111 })
  })

  it.each(['echoRequest', 'echoReply', 'portUnreachable'] as const)('reads and writes %s', (name) => {
    const { payload } = ipv4Of(frames[name])
    expect(encodeIcmp(decodeIcmp(payload))).toEqual(payload)
  })

  it("reads iPXE's router solicitation and makes the same one", () => {
    const packet = ipv6Of(frames.routerSolicitation)
    expect(packet.hopLimit).toBe(255)
    expect(packet.source).toEqual(linkLocalAddress('52:54:00:12:34:56'))
    expect(packet.destination).toEqual(ALL_ROUTERS)
    expect(multicastHardwareAddress(ALL_ROUTERS)).toBe(decodeFrame(frames.routerSolicitation).destination)
    const message = decodeRouterDiscovery(packet.payload, packet)
    expect(message).toEqual({ type: 'router-solicitation', sourceLinkLayer: '52:54:00:12:34:56' })
    const again = encodeIpv6({ ...packet, payload: encodeRouterDiscovery(message, packet) })
    expect(again).toEqual(decodeFrame(frames.routerSolicitation).payload)
  })
})

describe('what is written is read back', () => {
  it('ARP', () => {
    const packets: fc.Arbitrary<ArpPacket> = fc.record({
      operation: fc.constantFrom('request', 'reply'),
      senderHardware: mac,
      senderProtocol: address,
      targetHardware: mac,
      targetProtocol: address,
    })
    fc.assert(
      fc.property(packets, (packet) => {
        expect(decodeArp(encodeArp(packet))).toEqual(packet)
      }),
    )
  })

  it('IPv4 around UDP, whatever follows in the frame', () => {
    fc.assert(
      fc.property(address, address, u16, u16, u16, payload, (source, destination, from, to, id, data) => {
        const ends = { source, destination }
        const datagram = { sourcePort: from, destinationPort: to, payload: data }
        const packet = {
          ...ends,
          protocol: 17,
          timeToLive: 64,
          identification: id,
          dontFragment: false,
          moreFragments: false,
          fragmentOffset: 0,
          payload: encodeUdp(datagram, ends),
        }
        const read = decodeIpv4(Buffer.concat([encodeIpv4(packet), Buffer.alloc(7, 0xaa)]))
        expect(read).toEqual(packet)
        expect(decodeUdp(read.payload, read)).toEqual(datagram)
      }),
    )
  })

  it('ICMP', () => {
    const echo = fc.record({
      type: fc.constantFrom('echo-request' as const, 'echo-reply' as const),
      identifier: u16,
      sequence: u16,
      data: payload,
    })
    const unreachable = fc.record({
      type: fc.constant('destination-unreachable' as const),
      code: fc.nat(15),
      original: payload,
    })
    fc.assert(
      fc.property(fc.oneof(echo, unreachable), (message: IcmpMessage) => {
        expect(decodeIcmp(encodeIcmp(message))).toEqual(message)
      }),
    )
  })

  it('router advertisements', () => {
    const ends = { source: linkLocalAddress('02:00:0a:4d:00:01'), destination: ALL_ROUTERS }
    const messages: fc.Arbitrary<RouterDiscovery> = fc.record({
      type: fc.constant('router-advertisement' as const),
      managed: fc.boolean(),
      otherConfiguration: fc.boolean(),
      routerLifetime: u16,
      sourceLinkLayer: mac,
    })
    fc.assert(
      fc.property(messages, (message) => {
        expect(decodeRouterDiscovery(encodeRouterDiscovery(message, ends), ends)).toEqual(message)
      }),
    )
  })
})

describe('damage', () => {
  it('is noticed in every byte of an IPv4 header, and in every byte of a datagram with a checksum', () => {
    const { payload: bytes } = decodeFrame(frames.readRequest)
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes)
      damaged[at]! ^= 0x10
      expect(() => {
        const packet = decodeIpv4(damaged)
        decodeUdp(packet.payload, packet)
      }, `byte ${at}`).toThrow(DecodeError)
    }
  })

  it('of any kind ends in a DecodeError and nothing else', () => {
    const ends = { source: '10.0.0.1', destination: '10.0.0.2' }
    const link = { source: linkLocalAddress('02:00:0a:4d:00:01'), destination: ALL_ROUTERS }
    const decoders: readonly ((bytes: Uint8Array) => unknown)[] = [
      decodeFrame,
      decodeArp,
      decodeIpv4,
      (bytes) => decodeUdp(bytes, ends),
      decodeIcmp,
      decodeIpv6,
      (bytes) => decodeRouterDiscovery(bytes, link),
    ]
    const real = fc
      .tuple(fc.constantFrom(...Object.values(frames)), fc.nat(64), fc.nat(600), fc.nat(255))
      .map(([bytes, start, at, value]) => {
        const part = Buffer.from(bytes.subarray(start))
        if (at < part.length) part[at] = value
        return part.subarray(0, at * 2)
      })
    fc.assert(
      fc.property(fc.oneof(real, fc.uint8Array({ maxLength: 100 })), (bytes) => {
        for (const decode of decoders) {
          try {
            decode(bytes)
          } catch (error) {
            if (!(error instanceof DecodeError)) throw error
          }
        }
      }),
      { numRuns: 3000 },
    )
  })
})

describe('the Internet checksum', () => {
  it("is that of RFC 1071's example", () => {
    expect(internetChecksum(Buffer.from('0001f203f4f5f6f7', 'hex'))).toBe(~0xddf2 & 0xffff)
  })

  it('counts an odd last byte as the upper half of a word', () => {
    expect(internetChecksum(Buffer.from('123456', 'hex'))).toBe(
      internetChecksum(Buffer.from('12345600', 'hex')),
    )
  })

  it('of a datagram is never sent as 0, which would mean none', () => {
    const ends = { source: '10.77.0.1', destination: '10.77.0.50' }
    const sums = new Set<number>()
    for (let value = 0; value < 0x10000; value++) {
      const payload = Buffer.of(value >> 8, value & 255)
      sums.add(encodeUdp({ sourcePort: 1, destinationPort: 2, payload }, ends).readUInt16BE(6))
    }
    expect(sums.has(0)).toBe(false)
    expect(sums.has(0xffff)).toBe(true)
  })
})

it('tells group addresses by the first bit on the wire', () => {
  expect(isGroupAddress('33:33:00:00:00:02')).toBe(true)
  expect(isGroupAddress('ff:ff:ff:ff:ff:ff')).toBe(true)
  expect(isGroupAddress('52:54:00:12:34:56')).toBe(false)
})
