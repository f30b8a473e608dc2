import { type Socket, connect } from 'node:net'
import { once } from 'node:events'
import { FrameStream, prefixFrame } from '../../../electron/link/wire/frame-stream.ts'
import type { Wire } from '../../../electron/link/wire/wire.ts'
import { BROADCAST_MAC, type Ipv4Address, type MacAddress } from '../../../electron/protocols/addresses.ts'
import { type ArpPacket, decodeArp, encodeArp } from '../../../electron/protocols/ethernet/arp.ts'
import {
  type EthernetFrame,
  EtherType,
  decodeFrame,
  encodeFrame,
} from '../../../electron/protocols/ethernet/frame.ts'
import { Reassembler, fragment } from '../../../electron/protocols/ethernet/fragments.ts'
import {
  IpProtocol,
  type Ipv4Packet,
  decodeIpv4,
  encodeIpv4,
} from '../../../electron/protocols/ethernet/ipv4.ts'
import { type UdpDatagram, decodeUdp, encodeUdp } from '../../../electron/protocols/ethernet/udp.ts'

export const TARGET_MAC: MacAddress = '52:54:00:12:34:56'
export const TARGET: Ipv4Address = '10.77.0.50'
export const SERVER: Ipv4Address = '10.77.0.1'

export interface Heard extends UdpDatagram {
  readonly source: Ipv4Address
  readonly destination: Ipv4Address
  readonly hardware: MacAddress
}

/** What QEMU would be: the other end of the cable's socket, with a script for a guest. */
export class ScriptedTarget {
  readonly socket: Socket
  readonly frames: EthernetFrame[] = []
  readonly datagrams: Heard[] = []
  /** Whether ARP requests for `TARGET` are answered. */
  answersArp = true
  readonly #reassembler = new Reassembler()
  readonly #waiting = new Set<() => void>()

  static async plugInto(wire: Wire): Promise<ScriptedTarget> {
    const netdev = wire.netdev('any')
    const path = /addr\.path=(.*)$/.exec(netdev)?.[1]
    const port = /addr\.port=(\d+)$/.exec(netdev)?.[1]
    const socket = path === undefined ? connect(Number(port), '127.0.0.1') : connect(path)
    await once(socket, 'connect')
    return new ScriptedTarget(socket)
  }

  private constructor(socket: Socket) {
    this.socket = socket
    const stream = new FrameStream((bytes) => {
      this.#hear(decodeFrame(bytes))
      for (const check of this.#waiting) check()
    })
    socket.on('data', (chunk) => stream.push(chunk))
    socket.on('error', () => {})
  }

  send(frame: Partial<EthernetFrame> & Pick<EthernetFrame, 'etherType' | 'payload'>): void {
    this.socket.write(prefixFrame(encodeFrame({ destination: BROADCAST_MAC, source: TARGET_MAC, ...frame })))
  }

  sendArp(packet: Partial<ArpPacket>): void {
    const payload = encodeArp({
      operation: 'request',
      senderHardware: TARGET_MAC,
      senderProtocol: TARGET,
      targetHardware: '00:00:00:00:00:00',
      targetProtocol: SERVER,
      ...packet,
    })
    this.send({ etherType: EtherType.arp, payload })
  }

  sendIpv4(packet: Partial<Ipv4Packet> & Pick<Ipv4Packet, 'payload'>): void {
    this.send({ etherType: EtherType.ipv4, payload: encodeIpv4(ipv4(packet)) })
  }

  sendDatagram(
    destinationPort: number,
    payload: Uint8Array,
    { sourcePort = 4000, source = TARGET, destination = SERVER, identification = 1 } = {},
  ): void {
    for (const packet of datagram(destinationPort, payload, {
      sourcePort,
      source,
      destination,
      identification,
    }))
      this.sendIpv4(packet)
  }

  /** Waits until `found` gives something. */
  until<Found>(found: () => Found | undefined): Promise<Found> {
    return new Promise((resolve) => {
      const check = () => {
        const value = found()
        if (value === undefined) return
        this.#waiting.delete(check)
        resolve(value)
      }
      this.#waiting.add(check)
      check()
    })
  }

  /** The first datagram heard so far or later. */
  async datagram(at = 0): Promise<Heard & { readonly text: string }> {
    const heard = await this.until(() => this.datagrams[at])
    return { ...heard, text: Buffer.from(heard.payload).toString() }
  }

  arps(): ArpPacket[] {
    return this.frames
      .filter(({ etherType }) => etherType === EtherType.arp)
      .map(({ payload }) => decodeArp(payload))
  }

  async unplug(): Promise<void> {
    const closed = once(this.socket, 'close')
    this.socket.destroy()
    await closed
  }

  #hear(frame: EthernetFrame): void {
    this.frames.push(frame)
    if (frame.etherType === EtherType.arp) {
      const { operation, targetProtocol, senderProtocol, senderHardware } = decodeArp(frame.payload)
      if (this.answersArp && operation === 'request' && targetProtocol === TARGET)
        this.sendArp({ operation: 'reply', targetHardware: senderHardware, targetProtocol: senderProtocol })
    } else if (frame.etherType === EtherType.ipv4) {
      const packet = this.#reassembler.add(decodeIpv4(frame.payload), 0)
      if (packet?.protocol === IpProtocol.udp)
        this.datagrams.push({
          ...decodeUdp(packet.payload, packet),
          source: packet.source,
          destination: packet.destination,
          hardware: frame.destination,
        })
    }
  }
}

export function ipv4(packet: Partial<Ipv4Packet> & Pick<Ipv4Packet, 'payload'>): Ipv4Packet {
  return {
    source: TARGET,
    destination: SERVER,
    protocol: IpProtocol.udp,
    timeToLive: 64,
    identification: 1,
    dontFragment: false,
    moreFragments: false,
    fragmentOffset: 0,
    ...packet,
  }
}

/** A datagram as the packets that carry it. */
export function datagram(
  destinationPort: number,
  payload: Uint8Array,
  { sourcePort = 4000, source = TARGET, destination = SERVER, identification = 1 } = {},
): Ipv4Packet[] {
  const ends = { source, destination }
  const bytes = encodeUdp({ sourcePort, destinationPort, payload }, ends)
  return fragment(ipv4({ ...ends, identification, payload: bytes }), 1500)
}
