import {
  LinkError,
  type DatagramHandler,
  type Endpoint,
  type Link,
  type LinkSocket,
} from '../../electron/link/link.ts'
import type { Ipv4Address, MacAddress } from '../../electron/protocols/addresses.ts'

export interface SentDatagram {
  readonly fromPort: number
  readonly to: Endpoint
  readonly data: Buffer
}

/** A link in memory: what is delivered reaches the open port at once, and what is sent is kept. */
export class FakeLink implements Link {
  readonly name = 'fake0'
  readonly hardwareAddress: MacAddress = '02:00:00:00:00:01'
  readonly address: Ipv4Address
  readonly prefixLength: number
  readonly mtu = 1500
  readonly sent: SentDatagram[] = []
  /** Addresses that something else answers for. */
  readonly inUse = new Set<Ipv4Address>()
  /** Addresses that were asked about, in order. */
  readonly asked: Ipv4Address[] = []
  /** Ports that another program has. */
  readonly taken = new Set<number>()
  /** Called with everything that is sent, to answer as another machine of the link. */
  onSend: ((datagram: SentDatagram) => void) | undefined
  readonly #ports = new Map<number, DatagramHandler>()

  constructor(address: Ipv4Address = '10.77.0.1', prefixLength = 24) {
    this.address = address
    this.prefixLength = prefixLength
  }

  get openPorts(): number[] {
    return [...this.#ports.keys()].sort((a, b) => a - b)
  }

  /** Delivers a datagram; false when nobody listens on that port. */
  deliver(port: number, data: Uint8Array, from: Endpoint): boolean {
    const handler = this.#ports.get(port)
    // A copy that is overwritten afterwards, because a link may use its memory again.
    const lent = Buffer.from(data)
    handler?.(lent, from)
    lent.fill(0xee)
    return handler !== undefined
  }

  /** What was sent since the last call. */
  takeSent(): SentDatagram[] {
    return this.sent.splice(0)
  }

  async open(port: number, onDatagram: DatagramHandler): Promise<LinkSocket> {
    if (this.taken.has(port) || this.#ports.has(port))
      throw new LinkError('port-taken', `UDP port ${port} is taken.`, [])
    this.#ports.set(port, onDatagram)
    return {
      port,
      send: (data, to) => {
        const datagram = { fromPort: port, to, data: Buffer.from(data) }
        this.sent.push(datagram)
        this.onSend?.(datagram)
      },
      close: () => void this.#ports.delete(port),
    }
  }

  connect(): Promise<never> {
    return Promise.reject(new LinkError('failed', 'This link has no conversations.', []))
  }

  async hardwareAddressOf(): Promise<undefined> {
    return undefined
  }

  async isInUse(address: Ipv4Address): Promise<boolean> {
    this.asked.push(address)
    return this.inUse.has(address)
  }

  onChange(): () => void {
    return () => undefined
  }

  async close(): Promise<void> {
    this.#ports.clear()
  }
}
