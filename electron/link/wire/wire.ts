import {
  type Ipv4Address,
  type MacAddress,
  type Subnet,
  ipv4ToNumber,
  macFromBytes,
} from '../../protocols/addresses.ts'
import { type EthernetFrame, encodeFrame } from '../../protocols/ethernet/frame.ts'
import { type FaultPlan, FaultyLane, NO_FAULTS } from '../faults.ts'
import {
  type DatagramHandler,
  type Endpoint,
  type LinkChange,
  type LinkConnection,
  LinkError,
  type LinkListener,
  type LinkSocket,
  type PeerSocket,
  type StreamLink,
} from '../link.ts'
import { Cable } from './cable.ts'
import { Capture, type CaptureFile } from '../capture.ts'
import { ETHERNET_MTU, Host } from './host.ts'

export interface WireOptions {
  /** Our address on the wire and its network. */
  readonly subnet?: Subnet
  readonly faults?: FaultPlan
  /** Where to keep every frame, as pcapng. */
  readonly capture?: CaptureFile
}

/** Ours on a wire where nothing else was chosen. */
export const WIRE_SUBNET: Subnet = { address: '10.77.0.1', prefixLength: 24 }

/**
 * A virtual cable between this process and a virtual machine: Ethernet, ARP, IPv4 with fragments, UDP, TCP and
 * ICMP echo, without root, bridge or driver. `up` and `down` tell that a target was plugged in or is gone.
 */
export class Wire implements StreamLink {
  readonly name = 'wire'
  readonly mtu = ETHERNET_MTU
  readonly address: Ipv4Address
  readonly prefixLength: number
  readonly hardwareAddress: MacAddress

  readonly #host: Host
  readonly #toTarget: FaultyLane
  readonly #fromTarget: FaultyLane
  readonly #listeners = new Set<(change: LinkChange) => void>()
  #cable!: Cable
  #capture: Capture | undefined

  /** Rejects with a `LinkError` when the socket for QEMU or the capture cannot be made. */
  static async create(options: WireOptions = {}): Promise<Wire> {
    const wire = new Wire(options.subnet ?? WIRE_SUBNET, options.faults ?? NO_FAULTS)
    try {
      if (options.capture !== undefined)
        wire.#capture = await Capture.create(options.capture, CAPTURED, (reason) => wire.#report(reason))
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

  private constructor(subnet: Subnet, faults: FaultPlan) {
    this.address = subnet.address
    this.prefixLength = subnet.prefixLength
    this.hardwareAddress = hardwareAddressFor(subnet.address)
    this.#host = new Host(subnet, this.hardwareAddress, {
      transmit: (frame) => this.#transmit(frame),
      report: (reason) => this.#report(reason),
    })
    this.#fromTarget = new FaultyLane(faults, 0, (frame) => this.#host.receive(frame))
    this.#toTarget = new FaultyLane(faults, 1, (frame) => {
      this.#capture?.record('inbound', frame)
      this.#cable.send(frame)
    })
  }

  /** The value of QEMU's `-netdev` that plugs a network device with that id in (QEMU 7.2 and later). */
  netdev(id: string): string {
    return this.#cable.netdev(id)
  }

  open(port: number, onDatagram: DatagramHandler): Promise<LinkSocket> {
    return attempt(() => {
      this.#host.ports.open(port, onDatagram)
      return {
        port,
        send: (data, to) => this.#host.send(port, data, to),
        close: () => this.#host.ports.close(port),
      }
    })
  }

  connect(peer: Endpoint, onDatagram: (data: Buffer) => void): Promise<PeerSocket> {
    return attempt(() => {
      const port = this.#host.ports.connect(peer, onDatagram)
      return {
        port,
        send: (data) => this.#host.send(port, data, peer),
        sendSegments: (data, segmentSize) => {
          for (let at = 0; at < data.length; at += segmentSize)
            this.#host.send(port, data.subarray(at, at + segmentSize), peer)
        },
        close: () => this.#host.ports.close(port),
      }
    })
  }

  listen(port: number, onConnection: (connection: LinkConnection) => void): Promise<LinkListener> {
    return attempt(() => {
      this.#host.streams.listen(port, onConnection)
      return { port, close: () => this.#host.streams.close(port) }
    })
  }

  hardwareAddressOf(address: Ipv4Address): Promise<MacAddress | undefined> {
    return Promise.resolve(
      address === this.address ? this.hardwareAddress : this.#host.neighbours.lookup(address),
    )
  }

  async isInUse(address: Ipv4Address, timeout: number): Promise<boolean> {
    if (address === this.address) return true
    return this.#cable.isPluggedIn && (await this.#host.probes.start(address, timeout))
  }

  onChange(listener: (change: LinkChange) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#host.ports.clear()
    this.#host.streams.clear()
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
    this.#host.forgetNeighbours()
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

  #transmit(frame: EthernetFrame): void {
    if (this.#cable.isPluggedIn) this.#toTarget.pass(encodeFrame(frame))
  }

  #change(change: LinkChange): void {
    for (const listener of this.#listeners) listener(change)
  }

  #report(reason: string): void {
    this.#change({ state: 'error', reason })
  }
}

/**
 * A capture holds what the target sent and what reached it. So a frame to the target that a fault plan loses is not
 * there, and one from the target is, with a comment.
 */
const CAPTURED = { name: 'target', description: "the target's network card on the virtual cable" }

/** Locally administered (IEEE 802 section 8.4), and recognisable in a capture: `02:00` and the address. */
function hardwareAddressFor(address: Ipv4Address): MacAddress {
  const bytes = Buffer.alloc(6)
  bytes.writeUInt32BE(ipv4ToNumber(address), 2)
  bytes[0] = 0x02
  return macFromBytes(bytes)
}

/** What `action` throws rejects the promise. */
function attempt<Result>(action: () => Result): Promise<Result> {
  return new Promise((resolve) => resolve(action()))
}
