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
  ipv4ToNumber,
  macFromBytes,
} from '../../protocols/addresses.ts'
import { decodeArp, encodeArp } from '../../protocols/ethernet/arp.ts'
import { Reassembler, fragment } from '../../protocols/ethernet/fragments.ts'
import {
  EtherType,
  type EthernetFrame,
  decodeFrame,
  encodeFrame,
  isGroupAddress,
} from '../../protocols/ethernet/frame.ts'
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
import { type FaultPlan, FaultyLane, NO_FAULTS } from '../faults.ts'
import {
  type DatagramHandler,
  type Endpoint,
  type Link,
  type LinkChange,
  LinkError,
  type LinkSocket,
  type PeerSocket,
} from '../link.ts'
import { Cable } from './cable.ts'
import { Capture } from './capture.ts'
import { Neighbours } from './neighbours.ts'
import { Ports } from './ports.ts'
import { Probes } from './probes.ts'
import { answerSolicitation } from './router.ts'

export interface WireOptions {
  /** Our address on the wire and its network. */
  readonly subnet?: Subnet
  readonly faults?: FaultPlan
  /** Where to keep every frame, as pcapng. */
  readonly capture?: string
}

const LARGEST_DATAGRAM = IPV4_LARGEST_PACKET - IPV4_HEADER_LENGTH - UDP_HEADER_LENGTH
const TIME_TO_LIVE = 64
const UNKNOWN_MAC: MacAddress = '00:00:00:00:00:00'

/**
 * A virtual cable between this process and a virtual machine: Ethernet, ARP, IPv4 with fragments, UDP and ICMP
 * echo, without root, bridge or driver. `up` and `down` tell that a target was plugged in or is gone.
 */
export class Wire implements Link {
  readonly name = 'wire'
  readonly mtu = 1500
  readonly address: Ipv4Address
  readonly prefixLength: number
  readonly hardwareAddress: MacAddress

  readonly #subnet: Subnet
  readonly #broadcast: Ipv4Address
  readonly #toTarget: FaultyLane
  readonly #fromTarget: FaultyLane
  readonly #ports = new Ports()
  readonly #reassembler = new Reassembler()
  readonly #neighbours: Neighbours
  readonly #probes: Probes
  readonly #listeners = new Set<(change: LinkChange) => void>()
  #cable!: Cable
  #capture: Capture | undefined
  #identification = 0

  /** Rejects with a `LinkError` when the socket for QEMU or the capture cannot be made. */
  static async create(options: WireOptions = {}): Promise<Wire> {
    const wire = new Wire(options)
    try {
      if (options.capture !== undefined)
        wire.#capture = await Capture.create(options.capture, (reason) => wire.#report(reason))
      wire.#cable = await Cable.open({
        frame: (frame) => wire.#arrive(frame),
        pluggedIn: () => wire.#change({ state: 'up' }),
        unplugged: (reason) => wire.#unplugged(reason),
      })
    } catch (error) {
      await wire.#capture?.close()
      throw new LinkError('failed', `The virtual cable cannot be laid: ${(error as Error).message}`, [
        'See that the folder for the capture exists, and that the temporary folder can be written to.',
      ])
    }
    return wire
  }

  private constructor({ subnet = { address: '10.77.0.1', prefixLength: 24 }, faults }: WireOptions) {
    this.#subnet = subnet
    this.address = subnet.address
    this.prefixLength = subnet.prefixLength
    this.#broadcast = broadcastAddress(subnet)
    // Locally administered (IEEE 802 section 8.4), and recognisable in a capture.
    const mac = Buffer.alloc(6)
    mac[0] = 0x02
    mac.writeUInt32BE(ipv4ToNumber(subnet.address), 2)
    this.hardwareAddress = macFromBytes(mac)

    const plan = faults ?? NO_FAULTS
    this.#fromTarget = new FaultyLane(plan, 0, (frame) => this.#receive(frame))
    this.#toTarget = new FaultyLane(plan, 1, (frame) => {
      this.#capture?.record('inbound', frame)
      this.#cable.send(frame)
    })
    this.#neighbours = new Neighbours({
      ask: (address) => this.#ask(address, this.address),
      found: (mac, packets) => this.#sendPackets(mac, packets),
      notFound: (address) => this.#report(`nobody on the wire answers for ${address}`),
    })
    this.#probes = new Probes((address) => this.#ask(address, ANY_ADDRESS))
  }

  /** The value of QEMU's `-netdev` that plugs a network device with that id in (QEMU 7.2 and later). */
  netdev(id: string): string {
    return this.#cable.netdev(id)
  }

  open(port: number, onDatagram: DatagramHandler): Promise<LinkSocket> {
    return attempt(() => {
      this.#ports.open(port, onDatagram)
      return {
        port,
        send: (data, to) => this.#sendDatagram(port, data, to),
        close: () => this.#ports.close(port),
      }
    })
  }

  connect(peer: Endpoint, onDatagram: (data: Buffer) => void): Promise<PeerSocket> {
    return attempt(() => {
      const port = this.#ports.connect(peer, onDatagram)
      return {
        port,
        send: (data) => this.#sendDatagram(port, data, peer),
        sendSegments: (data, segmentSize) => {
          for (let at = 0; at < data.length; at += segmentSize)
            this.#sendDatagram(port, data.subarray(at, at + segmentSize), peer)
        },
        close: () => this.#ports.close(port),
      }
    })
  }

  hardwareAddressOf(address: Ipv4Address): Promise<MacAddress | undefined> {
    return Promise.resolve(address === this.address ? this.hardwareAddress : this.#neighbours.lookup(address))
  }

  async isInUse(address: Ipv4Address, timeout: number): Promise<boolean> {
    if (address === this.address) return true
    return this.#cable.isPluggedIn && (await this.#probes.start(address, timeout))
  }

  onChange(listener: (change: LinkChange) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#ports.clear()
    this.#forgetTarget()
    await this.#cable.close()
    await this.#capture?.close()
  }

  #unplugged(reason: string | undefined): void {
    this.#forgetTarget()
    if (reason !== undefined) this.#report(reason)
    this.#change({ state: 'down' })
  }

  /** What one target left behind must not reach the next. */
  #forgetTarget(): void {
    this.#fromTarget.clear()
    this.#toTarget.clear()
    this.#reassembler.clear()
    this.#neighbours.clear()
    this.#probes.clear()
  }

  #change(change: LinkChange): void {
    for (const listener of this.#listeners) listener(change)
  }

  #report(reason: string): void {
    this.#change({ state: 'error', reason })
  }

  #arrive(bytes: Buffer): void {
    const fate = this.#fromTarget.nextFate()
    // Before it arrives, since the answer may be on its way back by then.
    this.#capture?.record(
      'outbound',
      bytes,
      fate.copies === 0 ? 'lost on the way, by the fault plan' : undefined,
    )
    this.#fromTarget.pass(bytes, fate)
  }

  #receive(bytes: Buffer): void {
    try {
      const frame = decodeFrame(bytes)
      if (isGroupAddress(frame.source)) return
      const isForUs = frame.destination === this.hardwareAddress
      if (frame.etherType === EtherType.ipv6) {
        const answer = answerSolicitation(frame, this.hardwareAddress)
        if (answer !== undefined) this.#transmit(answer)
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
    this.#probes.heard(packet)
    if (!isGroupAddress(packet.senderHardware)) this.#learn(packet.senderProtocol, packet.senderHardware)
    if (packet.operation !== 'request' || packet.targetProtocol !== this.address) return
    this.#transmit({
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
    else if (packet?.protocol === IpProtocol.icmp) this.#receiveIcmp(packet)
  }

  #receiveUdp(packet: Ipv4Packet): void {
    const { sourcePort, destinationPort, payload } = decodeUdp(packet.payload, packet)
    const from = { address: packet.source, port: sourcePort }
    if (this.#ports.deliver(destinationPort, asBuffer(payload), from)) return
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
    if (this.#neighbours.lookup(address) === mac) return
    if (address !== ANY_ADDRESS && !this.#isBroadcast(address) && contains(this.#subnet, address))
      this.#neighbours.learn(address, mac)
  }

  #isBroadcast(address: Ipv4Address): boolean {
    return address === BROADCAST_ADDRESS || address === this.#broadcast
  }

  #sendDatagram(sourcePort: number, payload: Uint8Array, { address, port }: Endpoint): void {
    if (payload.length > LARGEST_DATAGRAM) {
      this.#report(`${payload.length} bytes to ${address} are more than a datagram holds`)
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
    const packets = fragment(packet, this.mtu)
    if (this.#isBroadcast(destination)) this.#sendPackets(BROADCAST_MAC, packets)
    else this.#neighbours.find(destination, packets)
  }

  #sendPackets(destination: MacAddress, packets: readonly Ipv4Packet[]): void {
    for (const packet of packets)
      this.#transmit({
        destination,
        source: this.hardwareAddress,
        etherType: EtherType.ipv4,
        payload: encodeIpv4(packet),
      })
  }

  #ask(address: Ipv4Address, senderProtocol: Ipv4Address): void {
    this.#transmit({
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

  #transmit(frame: EthernetFrame): void {
    if (this.#cable.isPluggedIn) this.#toTarget.pass(encodeFrame(frame))
  }
}

/** Failures of `action` reject the promise. */
async function attempt<Result>(action: () => Result): Promise<Result> {
  return action()
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
