import type {
  DatagramHandler,
  Endpoint,
  LinkChange,
  LinkConnection,
  LinkListener,
  LinkSocket,
  PeerSocket,
  StreamLink,
} from '../link/link.ts'
import type { Ipv4Address, MacAddress } from '../protocols/addresses.ts'
import type { SessionPorts } from './ports.ts'

/** A port that is open and waits for the server that will take it. */
interface Reservation<Socket, Handler> {
  readonly socket: Socket
  hear: Handler | undefined
}
type ConnectionHandler = (connection: LinkConnection) => void

/**
 * A link with ports that were opened while this process was root, for servers that start when it is no longer.
 * What comes in before a server has opened a port, or after it closed it, is not looked at.
 */
export class ReservedLink implements StreamLink {
  readonly #link: StreamLink
  readonly #datagrams = new Map<number, Reservation<LinkSocket, DatagramHandler>>()
  readonly #streams = new Map<number, Reservation<LinkListener, ConnectionHandler>>()
  readonly #refusals = new Map<number, Error>()

  /**
   * Opens `ports`. Rejects with the `LinkError` of the first that cannot be had; the optional ones fail when they
   * are asked for.
   */
  static async reserve(
    link: StreamLink,
    { datagrams, streams, optional }: SessionPorts,
  ): Promise<ReservedLink> {
    const reserved = new ReservedLink(link)
    for (const port of datagrams)
      try {
        await reserved.#reserve(port)
      } catch (error) {
        if (!optional.includes(port) || !(error instanceof Error)) throw error
        reserved.#refusals.set(port, error)
      }
    for (const port of streams) await reserved.#reserveStream(port)
    return reserved
  }

  private constructor(link: StreamLink) {
    this.#link = link
  }

  get name(): string {
    return this.#link.name
  }

  get hardwareAddress(): MacAddress {
    return this.#link.hardwareAddress
  }

  get address(): Ipv4Address {
    return this.#link.address
  }

  get prefixLength(): number {
    return this.#link.prefixLength
  }

  get mtu(): number {
    return this.#link.mtu
  }

  async open(port: number, onDatagram: DatagramHandler): Promise<LinkSocket> {
    const refusal = this.#refusals.get(port)
    if (refusal !== undefined) throw refusal
    const reservation = this.#datagrams.get(port)
    if (reservation === undefined || reservation.hear !== undefined) return this.#link.open(port, onDatagram)
    reservation.hear = onDatagram
    return {
      port,
      send: (data, to) => reservation.socket.send(data, to),
      close: () => (reservation.hear = undefined),
    }
  }

  async listen(port: number, onConnection: ConnectionHandler): Promise<LinkListener> {
    const reservation = this.#streams.get(port)
    if (reservation === undefined || reservation.hear !== undefined)
      return this.#link.listen(port, onConnection)
    reservation.hear = onConnection
    return { port, close: () => (reservation.hear = undefined) }
  }

  connect(peer: Endpoint, onDatagram: (data: Buffer) => void): Promise<PeerSocket> {
    return this.#link.connect(peer, onDatagram)
  }

  hardwareAddressOf(address: Ipv4Address): Promise<MacAddress | undefined> {
    return this.#link.hardwareAddressOf(address)
  }

  isInUse(address: Ipv4Address, timeout: number): Promise<boolean> {
    return this.#link.isInUse(address, timeout)
  }

  onChange(listener: (change: LinkChange) => void): () => void {
    return this.#link.onChange(listener)
  }

  close(): Promise<void> {
    return this.#link.close()
  }

  async #reserve(port: number): Promise<void> {
    const reservation: Reservation<LinkSocket, DatagramHandler> = {
      socket: await this.#link.open(port, (data, from) => reservation.hear?.(data, from)),
      hear: undefined,
    }
    this.#datagrams.set(port, reservation)
  }

  async #reserveStream(port: number): Promise<void> {
    const reservation: Reservation<LinkListener, ConnectionHandler> = {
      socket: await this.#link.listen(port, (connection) => {
        if (reservation.hear === undefined) connection.destroy()
        else reservation.hear(connection)
      }),
      hear: undefined,
    }
    this.#streams.set(port, reservation)
  }
}
