import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Endpoint, LinkChange } from '../../../electron/link/link.ts'
import { Wire } from '../../../electron/link/wire/wire.ts'
import { EtherType, decodeFrame } from '../../../electron/protocols/ethernet/frame.ts'
import { decodeIcmp, encodeIcmp } from '../../../electron/protocols/ethernet/icmp.ts'
import { IpProtocol, decodeIpv4, encodeIpv4 } from '../../../electron/protocols/ethernet/ipv4.ts'
import { decodeIpv6, linkLocalAddress } from '../../../electron/protocols/ethernet/ipv6.ts'
import { decodeRouterDiscovery } from '../../../electron/protocols/ethernet/router-discovery.ts'
import { frames } from '../../fixtures/ethernet.ts'
import { SERVER, ScriptedTarget, TARGET, TARGET_MAC, datagram } from './target.ts'
import { notOnWindows } from '../../skipping.ts'

let wire: Wire
let target: ScriptedTarget
let changes: LinkChange[]

beforeEach(async () => {
  wire = await Wire.create()
  changes = []
  wire.onChange((change) => changes.push(change))
  target = await ScriptedTarget.plugInto(wire)
})

afterEach(async () => {
  await target.unplug()
  await wire.close()
})

/** Opens a port that sends back whatever it hears. */
async function echo(port = 7): Promise<{ data: Buffer; from: Endpoint }[]> {
  const heard: { data: Buffer; from: Endpoint }[] = []
  const socket = await wire.open(port, (data, from) => {
    heard.push({ data: Buffer.from(data), from })
    socket.send(data, from)
  })
  return heard
}

const icmps = () =>
  target.frames
    .filter(({ etherType }) => etherType === EtherType.ipv4)
    .map(({ payload }) => decodeIpv4(payload))
    .filter(({ protocol }) => protocol === IpProtocol.icmp)
    .map(({ payload }) => decodeIcmp(payload))

describe('addresses', () => {
  it('are told to a target that asks, and to no other question', async () => {
    target.sendArp({ targetProtocol: '10.77.0.9' })
    target.sendArp({})
    await target.until(() => target.frames[0])
    expect(target.arps()).toEqual([
      {
        operation: 'reply',
        senderHardware: wire.hardwareAddress,
        senderProtocol: SERVER,
        targetHardware: TARGET_MAC,
        targetProtocol: TARGET,
      },
    ])
  })

  it('are learned from whoever speaks, so that an answer needs no question', async () => {
    await echo()
    target.answersArp = false
    target.sendDatagram(7, Buffer.from('hello'))
    expect(await target.datagram()).toMatchObject({ text: 'hello', hardware: TARGET_MAC, source: SERVER })
    expect(target.arps()).toEqual([])
    expect(await wire.hardwareAddressOf(TARGET)).toBe(TARGET_MAC)
  })

  it('are asked for when unknown, and what was sent meanwhile waits', async () => {
    const socket = await wire.open(69, () => {})
    const bytes = Buffer.from('one')
    socket.send(bytes, { address: TARGET, port: 1 })
    bytes.write('XXX')
    socket.send(Buffer.from('two'), { address: TARGET, port: 1 })
    expect((await target.datagram(0)).text).toBe('one')
    expect((await target.datagram(1)).text).toBe('two')
    expect(target.arps()).toHaveLength(1)
  })

  it('that nobody has are reported, once for all that waited', { timeout: 6000 }, async () => {
    const socket = await wire.open(69, () => {})
    for (let count = 0; count < 5; count++) socket.send(Buffer.of(count), { address: '10.77.0.9', port: 1 })
    await target.until(() => target.arps()[2])
    await sleep(1200)
    expect(changes).toEqual([
      { state: 'up' },
      { state: 'error', reason: 'nobody on the wire answers for 10.77.0.9' },
    ])
  })

  it('in use are found by a probe that claims none itself', async () => {
    expect(await wire.isInUse(TARGET, 1000)).toBe(true)
    expect(target.arps()).toMatchObject([{ operation: 'request', senderProtocol: '0.0.0.0' }])
    const started = performance.now()
    expect(await wire.isInUse('10.77.0.51', 60)).toBe(false)
    expect(performance.now() - started).toBeLessThan(500)
    expect(await wire.isInUse(SERVER, 60)).toBe(true)
  })

  it('that someone else is probing for count as in use', async () => {
    const answer = wire.isInUse('10.77.0.60', 1000)
    target.sendArp({ senderProtocol: '0.0.0.0', targetProtocol: '10.77.0.60' })
    expect(await answer).toBe(true)
  })
})

describe('datagrams', () => {
  it('to every kind of broadcast are heard, and broadcasts go out to all', async () => {
    const heard = await echo(67)
    const socket = await wire.open(4011, () => {})
    for (const destination of ['10.77.1.255', '255.255.255.255', '10.77.0.255', SERVER])
      target.sendDatagram(67, Buffer.from(destination), { source: '0.0.0.0', sourcePort: 68, destination })
    socket.send(Buffer.from('offer'), { address: '255.255.255.255', port: 68 })
    socket.send(Buffer.from('ack'), { address: '10.77.0.255', port: 68 })
    const offer = await target.until(() => target.datagrams.find(({ sourcePort }) => sourcePort === 4011))
    expect(offer).toMatchObject({ hardware: 'ff:ff:ff:ff:ff:ff', destination: '255.255.255.255' })
    await target.until(() => target.datagrams.find(({ destination }) => destination === '10.77.0.255'))
    await expect.poll(() => heard.length).toBe(3)
    expect(heard.map(({ data }) => data.toString())).toEqual(['255.255.255.255', '10.77.0.255', SERVER])
    expect(heard[0]!.from).toEqual({ address: '0.0.0.0', port: 68 })
  })

  it('longer than a frame go in fragments and arrive whole, both ways', async () => {
    await echo()
    const long = Buffer.alloc(60_000, 'bootwire')
    for (const packet of datagram(7, long).reverse()) target.sendIpv4(packet)
    const answer = await target.datagram()
    expect(Buffer.compare(answer.payload, long)).toBe(0)
    for (const { payload } of target.frames) expect(payload.length).toBeLessThanOrEqual(1500)
  })

  it('too long for IP are reported and not sent', async () => {
    const socket = await wire.open(7, () => {})
    socket.send(Buffer.alloc(65_508), { address: TARGET, port: 1 })
    expect(changes.at(-1)).toMatchObject({ state: 'error' })
  })

  it('of a conversation come from its peer alone', async () => {
    const heard: string[] = []
    const peer = await wire.connect({ address: TARGET, port: 4000 }, (data) => heard.push(data.toString()))
    const other = await wire.connect({ address: TARGET, port: 4000 }, () => {})
    expect(other.port).not.toBe(peer.port)
    target.sendDatagram(peer.port, Buffer.from('stranger'), { sourcePort: 4001 })
    target.sendDatagram(peer.port, Buffer.from('stranger'), { source: '10.77.0.51' })
    target.sendDatagram(peer.port, Buffer.from('peer'))
    await echo()
    target.sendDatagram(7, Buffer.from('done'))
    await target.datagram()
    expect(heard).toEqual(['peer'])
  })

  it('are cut from segments, the last one shorter', async () => {
    const peer = await wire.connect({ address: TARGET, port: 4000 }, () => {})
    peer.sendSegments(Buffer.from('aaaabbbbcc'), 4)
    const texts = [await target.datagram(0), await target.datagram(1), await target.datagram(2)]
    expect(texts.map(({ text }) => text)).toEqual(['aaaa', 'bbbb', 'cc'])
  })

  it('to a port that nobody opened, or that is closed again, get an ICMP port unreachable', async () => {
    const socket = await wire.open(69, () => {})
    socket.close()
    target.sendDatagram(69, Buffer.from('anyone?'))
    const message = await target.until(() => icmps()[0])
    expect(message).toMatchObject({ type: 'destination-unreachable', code: 3 })
    const [original] = datagram(69, Buffer.from('anyone?'))
    if (message.type === 'destination-unreachable')
      expect(message.original).toEqual(encodeIpv4(original!).subarray(0, 28))
  })

  it('that are broadcast to a closed port get no answer', async () => {
    target.sendDatagram(9, Buffer.from('anyone?'), { destination: '255.255.255.255' })
    await echo()
    target.sendDatagram(7, Buffer.from('done'))
    await target.datagram()
    expect(icmps()).toEqual([])
  })

  it('have one owner for each port', async () => {
    await wire.open(69, () => {})
    await expect(wire.open(69, () => {})).rejects.toMatchObject({ name: 'LinkError', code: 'port-taken' })
  })
})

describe('questions that firmware asks', () => {
  it('an echo request is answered with its own data', async () => {
    const message = {
      type: 'echo-request',
      identifier: 7,
      sequence: 1,
      data: Buffer.alloc(3000, 'x'),
    } as const
    const payload = encodeIcmp(message)
    target.sendIpv4({ protocol: IpProtocol.icmp, payload: payload.subarray(0, 1480), moreFragments: true })
    target.sendIpv4({
      protocol: IpProtocol.icmp,
      payload: payload.subarray(1480, 2960),
      moreFragments: true,
      fragmentOffset: 1480,
    })
    target.sendIpv4({ protocol: IpProtocol.icmp, payload: payload.subarray(2960), fragmentOffset: 2960 })
    const fragments = await target.until(() => (target.frames.length >= 3 ? target.frames : undefined))
    const data = Buffer.concat(fragments.map((frame) => decodeIpv4(frame.payload).payload))
    expect(decodeIcmp(data)).toEqual({ ...message, type: 'echo-reply' })
  })

  it('a router solicitation is answered at once: no router, no prefix, no DHCPv6', async () => {
    target.send(decodeFrame(frames.routerSolicitation))
    const frame = await target.until(() => target.frames[0])
    expect(frame).toMatchObject({ destination: TARGET_MAC, etherType: EtherType.ipv6 })
    const packet = decodeIpv6(frame.payload)
    expect(packet.source).toEqual(linkLocalAddress(wire.hardwareAddress))
    expect(decodeRouterDiscovery(packet.payload, packet)).toEqual({
      type: 'router-advertisement',
      managed: false,
      otherConfiguration: false,
      routerLifetime: 0,
      sourceLinkLayer: wire.hardwareAddress,
    })
  })
})

describe('the plug', () => {
  it('takes a target again that was stopped and started, without what the old one left behind', async () => {
    const heard = await echo()
    const [first, second] = datagram(7, Buffer.alloc(2000, 'x'))
    target.sendIpv4(first!)
    target.sendArp({})
    await target.until(() => target.frames[0])
    await target.unplug()
    await expect.poll(() => changes.at(-1)).toEqual({ state: 'down' })
    expect(await wire.hardwareAddressOf(TARGET)).toBeUndefined()
    expect(await wire.isInUse(TARGET, 1000)).toBe(false)

    target = await ScriptedTarget.plugInto(wire)
    target.sendIpv4(second!)
    target.sendDatagram(7, Buffer.from('again'), { identification: 2 })
    expect((await target.datagram()).text).toBe('again')
    expect(heard).toHaveLength(1)
    expect(changes).toEqual([{ state: 'up' }, { state: 'down' }, { state: 'up' }])
  })

  it('turns a second target away while the first is there', async () => {
    const second = await ScriptedTarget.plugInto(wire)
    await once(second.socket, 'close')
    await echo()
    target.sendDatagram(7, Buffer.from('still here'))
    expect((await target.datagram()).text).toBe('still here')
  })

  it('is pulled when the stream makes no sense, and taken again', async () => {
    const closed = once(target.socket, 'close')
    target.socket.write(Buffer.from('ffffffff', 'hex'))
    await closed
    await expect.poll(() => changes.map(({ state }) => state)).toEqual(['up', 'error', 'down'])
    target = await ScriptedTarget.plugInto(wire)
    await echo()
    target.sendDatagram(7, Buffer.from('again'))
    expect((await target.datagram()).text).toBe('again')
  })

  it('is in a folder of our own, which is gone afterwards', notOnWindows, async () => {
    const other = await Wire.create()
    const folder = dirname(/addr\.path=(.*)$/.exec(other.netdev('any'))![1]!)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    await other.close()
    expect(existsSync(folder)).toBe(false)
  })
})

describe('hostile frames', () => {
  it('leave the wire answering, a hundred thousand of them', { timeout: 30_000 }, async () => {
    await echo()
    let state = 1
    const random = () => (state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0
    const shapes = [...Object.values(frames), ...datagram(7, Buffer.alloc(100)).map(encodeIpv4)]
    const batch = () => {
      const parts: Buffer[] = []
      for (let count = 0; count < 1000; count++) {
        const frame = Buffer.from(shapes[random() % shapes.length]!)
        // Its own address, so that damage reaches the layers above.
        if (random() % 2 === 0) Buffer.from(wire.hardwareAddress.replaceAll(':', ''), 'hex').copy(frame)
        for (let damage = random() % 4; damage > 0; damage--) frame[random() % frame.length] = random()
        const sent = frame.subarray(0, random() % 3 === 0 ? random() % frame.length : frame.length)
        parts.push(Buffer.from([0, 0, sent.length >> 8, sent.length & 255]), sent)
      }
      return Buffer.concat(parts)
    }
    for (let count = 0; count < 100; count++) {
      if (!target.socket.write(batch())) await once(target.socket, 'drain')
      target.frames.length = 0
    }
    target.sendDatagram(7, Buffer.from('still here'))
    await target.until(() =>
      target.datagrams.find(({ payload }) => Buffer.from(payload).toString() === 'still here'),
    )
    expect(changes.filter(({ state }) => state !== 'error')).toEqual([{ state: 'up' }])
  })

  it('of any length and in any pieces are bounded or taken', async () => {
    await echo()
    target.socket.write(Buffer.from('00000000'.repeat(10), 'hex'))
    const largest = Buffer.alloc(4 + 69_632)
    largest.writeUInt32BE(69_632)
    target.socket.write(largest)
    for (const byte of largest.subarray(0, 3)) target.socket.write(Buffer.of(byte))
    target.socket.write(largest.subarray(3))
    target.sendDatagram(7, Buffer.from('still here'))
    expect((await target.datagram()).text).toBe('still here')
  })
})
