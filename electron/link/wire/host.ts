import { DecodeError } from '../../protocols/bytes.ts'
import {
  ANY_ADDRESS,
  BROADCAST_ADDRESS,
  BROADCAST_MAC,
  type Ipv4Address,
  type MacAddress,
  type Subnet,
  broadcastAddress,
  contains,
} from '../../protocols/addresses.ts'
import { decodeArp, encodeArp } from '../../protocols/ethernet/arp.ts'
import { Reassembler, fragment } from '../../protocols/ethernet/fragments.ts'
import { EtherType, type EthernetFrame, decodeFrame, isGroupAddress } from '../../protocols/ethernet/frame.ts'
import { PORT_UNREACHABLE, decodeIcmp, encodeIcmp } from '../../protocols/ethernet/icmp.ts'
import {
  IPV4_HEADER_LENGTH,
  IPV4_LARGEST_PACKET,
  IpProtocol,
  type Ipv4Packet,
  decodeIpv4,
  encodeIpv4,
} from '../../protocols/ethernet/ipv4.ts'
import { UDP_HEADER_LENGTH, decodeUdp, encodeUdp } from '../../protocols/ethernet/udp.ts'
import type { Endpoint } from '../link.ts'
import { Neighbours } from './neighbours.ts'
import { Ports } from './ports.ts'
import { Probes } from './probes.ts'
import { Streams } from './streams.ts'
import { answerSolicitation } from './router.ts'

export interface HostEvents {
  transmit(frame: EthernetFrame): void
  /** Something could not be sent, and why. */
  report(reason: string): void
}

/** The largest IP packet in bytes that fits an Ethernet frame (RFC 894). */
export const ETHERNET_MTU = 1500
const LARGEST_DATAGRAM = IPV4_LARGEST_PACKET - IPV4_HEADER_LENGTH - UDP_HEADER_LENGTH
const TIME_TO_LIVE = 64
const UNKNOWN_MAC: MacAddress = '00:00:00:00:00:00'

/** Our end of the wire as a host of its own: frames come in and go out, datagrams come out and go in. */
export class Host {
  readonly ports = new Ports()
  readonly neighbours: Neighbours
  readonly probes: Probes
  readonly streams: Streams
  readonly address: Ipv4Address
  readonly hardwareAddress: MacAddress
  readonly #subnet: Subnet
  readonly #broadcast: Ipv4Address
  readonly #events: HostEvents
  readonly #reassembler = new Reassembler()
  #identification = 0

  constructor(subnet: Subnet, hardwareAddress: MacAddress, events: HostEvents) {
    this.address = subnet.address
    this.hardwareAddress = hardwareAddress
    this.#subnet = subnet
    this.#broadcast = broadcastAddress(subnet)
    this.#events = events
    this.neighbours = new Neighbours({
      ask: (address) => this.#ask(address, this.address),
      found: (mac, packets) => this.#sendPackets(mac, packets),
      notFound: (address) => events.report(`nobody on the wire answers for ${address}`),
    })
    this.probes = new Probes((address) => this.#ask(address, ANY_ADDRESS))
    this.streams = new Streams(this.address, (to, segment) => this.#sendIpv4(to, IpProtocol.tcp, segment))
  }

  /** Forgets the neighbours and all they left half done; the ports stay open. */
  forgetNeighbours(): void {
    this.streams.disconnect()
    this.#reassembler.clear()
    this.neighbours.clear()
    this.probes.clear()
  }

  /** Takes a frame that came in. Whatever is no packet, or nobody's, is dropped. */
  receive(bytes: Buffer): void {
    try {
      const frame = decodeFrame(bytes)
      if (isGroupAddress(frame.source)) return
      const isForUs = frame.destination === this.hardwareAddress
      if (frame.etherType === EtherType.ipv6) {
        const answer = answerSolicitation(frame, this.hardwareAddress)
        if (answer !== undefined) this.#events.transmit(answer)
      } else if (!isForUs && frame.destination !== BROADCAST_MAC) return
      else if (frame.etherType === EtherType.arp) this.#receiveArp(frame)
      else if (frame.etherType === EtherType.ipv4) this.#receiveIpv4(frame)
    } catch (error) {
      // A cable carries anything; what is no packet is nobody's.
      if (!(error instanceof DecodeError)) throw error
    }
  }

  #receiveArp(frame: EthernetFrame): void {
    const packet = decodeArp(frame.payload)
    if (packet.senderProtocol === this.address) return
    this.probes.heard(packet)
    if (!isGroupAddress(packet.senderHardware)) this.#learn(packet.senderProtocol, packet.senderHardware)
    if (packet.operation !== 'request' || packet.targetProtocol !== this.address) return
    this.#events.transmit({
      destination: frame.source,
      source: this.hardwareAddress,
      etherType: EtherType.arp,
      payload: encodeArp({
        operation: 'reply',
        senderHardware: this.hardwareAddress,
        senderProtocol: this.address,
        targetHardware: packet.senderHardware,
        targetProtocol: packet.senderProtocol,
      }),
    })
  }

  #receiveIpv4(frame: EthernetFrame): void {
    const piece = decodeIpv4(frame.payload)
    if (piece.destination !== this.address && !this.#isBroadcast(piece.destination)) return
    if (piece.source === this.address || this.#isBroadcast(piece.source)) return
    this.#learn(piece.source, frame.source)
    const packet = this.#reassembler.add(piece, performance.now())
    if (packet?.protocol === IpProtocol.udp) this.#receiveUdp(packet)
    else if (packet?.protocol === IpProtocol.tcp && packet.destination === this.address)
      this.streams.receive(packet)
    else if (packet?.protocol === IpProtocol.icmp) this.#receiveIcmp(packet)
  }

  #receiveUdp(packet: Ipv4Packet): void {
    const { sourcePort, destinationPort, payload } = decodeUdp(packet.payload, packet)
    const from = { address: packet.source, port: sourcePort }
    if (this.ports.deliver(destinationPort, asBuffer(payload), from)) return
    if (packet.destination !== this.address || packet.source === ANY_ADDRESS) return
    const original = encodeIpv4(packet).subarray(0, IPV4_HEADER_LENGTH + UDP_HEADER_LENGTH)
    const message = encodeIcmp({ type: 'destination-unreachable', code: PORT_UNREACHABLE, original })
    this.#sendIpv4(packet.source, IpProtocol.icmp, message)
  }

  #receiveIcmp(packet: Ipv4Packet): void {
    if (packet.destination !== this.address || packet.source === ANY_ADDRESS) return
    const message = decodeIcmp(packet.payload)
    if (message.type !== 'echo-request') return
    this.#sendIpv4(packet.source, IpProtocol.icmp, encodeIcmp({ ...message, type: 'echo-reply' }))
  }

  #learn(address: Ipv4Address, mac: MacAddress): void {
    if (this.neighbours.lookup(address) === mac) return
    if (address !== ANY_ADDRESS && !this.#isBroadcast(address) && contains(this.#subnet, address))
      this.neighbours.learn(address, mac)
  }

  #isBroadcast(address: Ipv4Address): boolean {
    return address === BROADCAST_ADDRESS || address === this.#broadcast
  }

  /** Sends a datagram from `sourcePort`. Failures are reported. */
  send(sourcePort: number, payload: Uint8Array, { address, port }: Endpoint): void {
    if (payload.length > LARGEST_DATAGRAM) {
      this.#events.report(`${payload.length} bytes to ${address} are more than a datagram holds`)
      return
    }
    const ends = { source: this.address, destination: address }
    const datagram = encodeUdp({ sourcePort, destinationPort: port, payload }, ends)
    this.#sendIpv4(address, IpProtocol.udp, datagram)
  }

  #sendIpv4(destination: Ipv4Address, protocol: number, payload: Uint8Array): void {
    this.#identification = (this.#identification + 1) & 0xffff
    const packet: Ipv4Packet = {
      source: this.address,
      destination,
      protocol,
      timeToLive: TIME_TO_LIVE,
      identification: this.#identification,
      dontFragment: false,
      moreFragments: false,
      fragmentOffset: 0,
      payload,
    }
    const packets = fragment(packet, ETHERNET_MTU)
    if (this.#isBroadcast(destination)) this.#sendPackets(BROADCAST_MAC, packets)
    else this.neighbours.find(destination, packets)
  }

  #sendPackets(destination: MacAddress, packets: readonly Ipv4Packet[]): void {
    for (const packet of packets)
      this.#events.transmit({
        destination,
        source: this.hardwareAddress,
        etherType: EtherType.ipv4,
        payload: encodeIpv4(packet),
      })
  }

  #ask(address: Ipv4Address, senderProtocol: Ipv4Address): void {
    this.#events.transmit({
      destination: BROADCAST_MAC,
      source: this.hardwareAddress,
      etherType: EtherType.arp,
      payload: encodeArp({
        operation: 'request',
        senderHardware: this.hardwareAddress,
        senderProtocol,
        targetHardware: UNKNOWN_MAC,
        targetProtocol: address,
      }),
    })
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
