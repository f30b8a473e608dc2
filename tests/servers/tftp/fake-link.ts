import type { DatagramHandler, Endpoint, Link, LinkSocket, PeerSocket } from '../../../electron/link/link.ts'

/** What becomes of a datagram: each delivery's delay in milliseconds. None means that it is lost. */
export type Fate = (toClient: boolean) => readonly number[]

export const SERVER: Endpoint = { address: '10.77.0.1', port: 69 }
export const CLIENT = '10.77.0.50'
export const CLIENT_MAC = '52:54:00:12:34:56'

/** A link in memory whose datagrams take a millisecond, unless `fate` says otherwise. */
export class FakeLink implements Link {
  readonly name = 'fake'
  readonly hardwareAddress = '02:00:00:00:00:01'
  readonly address = SERVER.address
  readonly prefixLength = 24
  readonly mtu = 1500
  /** Datagrams that left the server. */
  sent = 0
  readonly #fate: Fate
  readonly #ports = new Map<number, DatagramHandler>()
  readonly #clients = new Map<string, (data: Buffer, from: Endpoint) => void>()
  #nextPort = 50_000

  constructor(fate: Fate = () => [1]) {
    this.#fate = fate
  }

  /** Ports of the server that are open besides 69. */
  get conversations(): number {
    return this.#ports.size - Number(this.#ports.has(69))
  }

  /** Plugs a client in; the result sends from it. */
  plug(
    client: Endpoint,
    onDatagram: (data: Buffer, from: Endpoint) => void,
  ): (data: Buffer, port: number) => void {
    this.#clients.set(keyOf(client), onDatagram)
    return (data, port) => {
      const copy = Buffer.from(data)
      for (const delay of this.#fate(false)) setTimeout(() => this.#ports.get(port)?.(copy, client), delay)
    }
  }

  unplug(client: Endpoint): void {
    this.#clients.delete(keyOf(client))
  }

  async open(port: number, onDatagram: DatagramHandler): Promise<LinkSocket> {
    this.#ports.set(port, onDatagram)
    return {
      port,
      send: (data, to) => this.#deliver(data, port, to),
      close: () => this.#ports.delete(port),
    }
  }

  async connect(peer: Endpoint, onDatagram: (data: Buffer) => void): Promise<PeerSocket> {
    const port = this.#nextPort++
    this.#ports.set(port, (data, from) => {
      if (keyOf(from) === keyOf(peer)) onDatagram(data)
    })
    const send = (data: Uint8Array) => this.#deliver(data, port, peer)
    return {
      port,
      send,
      sendSegments: (data, size) => {
        for (let at = 0; at < data.length; at += size) send(data.subarray(at, at + size))
      },
      close: () => this.#ports.delete(port),
    }
  }

  async hardwareAddressOf(address: string): Promise<string | undefined> {
    return address === CLIENT ? CLIENT_MAC : undefined
  }

  async isInUse(): Promise<boolean> {
    return false
  }

  onChange(): () => void {
    return () => undefined
  }

  async close(): Promise<void> {}

  #deliver(data: Uint8Array, from: number, to: Endpoint): void {
    this.sent++
    const copy = Buffer.from(data)
    for (const delay of this.#fate(true))
      setTimeout(() => this.#clients.get(keyOf(to))?.(copy, { ...SERVER, port: from }), delay)
  }
}

function keyOf({ address, port }: Endpoint): string {
  return `${address}:${port}`
}
