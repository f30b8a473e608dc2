import { randomBytes } from 'node:crypto'
import type { Ipv4Address } from '../../protocols/addresses.ts'
import type { Ipv4Packet } from '../../protocols/ethernet/ipv4.ts'
import { decodeTcp, encodeTcp, type TcpSegment } from '../../protocols/ethernet/tcp.ts'
import { type LinkConnection, LinkError } from '../link.ts'
import { WireStream } from './stream.ts'

const CONNECTIONS = 256
/** Milliseconds between looks at what was not acknowledged. */
const TICK = 20

type Outgoing = Omit<TcpSegment, 'sourcePort' | 'destinationPort'>

/** The wire's TCP ports, and the connections that a target opened to them. */
export class Streams {
  readonly #address: Ipv4Address
  readonly #send: (to: Ipv4Address, segment: Buffer) => void
  readonly #listeners = new Map<number, (connection: LinkConnection) => void>()
  /** By the peer's address and port, and ours. */
  readonly #streams = new Map<string, WireStream>()
  #timer: NodeJS.Timeout | undefined

  constructor(address: Ipv4Address, send: (to: Ipv4Address, segment: Buffer) => void) {
    this.#address = address
    this.#send = send
  }

  /** @throws LinkError when the port is taken */
  listen(port: number, onConnection: (connection: LinkConnection) => void): void {
    if (this.#listeners.has(port))
      throw new LinkError('port-taken', `TCP port ${port} is already open on the wire.`, [
        'Stop the session that uses it, or start this one on a wire of its own.',
      ])
    this.#listeners.set(port, onConnection)
  }

  /** Takes no more connections at a port. */
  close(port: number): void {
    this.#listeners.delete(port)
  }

  /** Ends all connections: the target is gone. */
  disconnect(): void {
    for (const stream of this.#streams.values()) stream.destroy()
    this.#streams.clear()
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  clear(): void {
    this.#listeners.clear()
    this.disconnect()
  }

  /** @throws DecodeError when the packet holds no segment */
  receive(packet: Ipv4Packet): void {
    const segment = decodeTcp(packet.payload, packet)
    const key = `${packet.source} ${segment.sourcePort} ${segment.destinationPort}`
    const stream = this.#streams.get(key)
    if (stream !== undefined) stream.tcp.receive(segment, performance.now())
    else if (!this.#open(key, packet.source, segment)) this.#refuse(packet.source, segment)
  }

  #open(key: string, address: Ipv4Address, segment: TcpSegment): boolean {
    const onConnection = this.#listeners.get(segment.destinationPort)
    const isOpening = segment.syn && !segment.ack && !segment.rst
    if (!isOpening || onConnection === undefined || this.#streams.size >= CONNECTIONS) return false
    const peer = { address, port: segment.sourcePort }
    const stream = new WireStream(peer, segment, randomBytes(4).readUInt32BE(), {
      transmit: (outgoing) => this.#transmit(address, segment, outgoing),
      opened: onConnection,
      closed: () => this.#streams.delete(key),
    })
    // Until somebody has the connection, its end is nobody's concern.
    stream.on('error', () => undefined)
    this.#streams.set(key, stream)
    this.#timer ??= setInterval(() => this.#tick(), TICK).unref()
    return true
  }

  /** Tells who sends to no connection that there is none (RFC 9293 section 3.10.7.1). */
  #refuse(to: Ipv4Address, segment: TcpSegment): void {
    if (segment.rst) return
    const length = segment.payload.length + (segment.syn ? 1 : 0) + (segment.fin ? 1 : 0)
    this.#transmit(to, segment, {
      sequence: segment.ack ? segment.acknowledgement : 0,
      acknowledgement: (segment.sequence + length) >>> 0,
      syn: false,
      ack: !segment.ack,
      fin: false,
      rst: true,
      psh: false,
      window: 0,
      payload: new Uint8Array(),
    })
  }

  #transmit(to: Ipv4Address, incoming: TcpSegment, outgoing: Outgoing): void {
    const ports = { sourcePort: incoming.destinationPort, destinationPort: incoming.sourcePort }
    this.#send(to, encodeTcp({ ...outgoing, ...ports }, { source: this.#address, destination: to }))
  }

  #tick(): void {
    const now = performance.now()
    for (const stream of this.#streams.values()) stream.tcp.tick(now)
    if (this.#streams.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
