import type { DatagramHandler, Endpoint, Link, LinkChange, LinkSocket, PeerSocket } from '../link/link.ts'
import type { Ipv4Address, MacAddress } from '../protocols/addresses.ts'

/** A port that is open and waits for the server that will take it. */
interface Reservation {
  readonly socket: LinkSocket
  hear: DatagramHandler | undefined
}

/**
 * A link with ports that were opened while this process was root, for servers that start when it is no longer.
 * What comes in before a server has opened a port, or after it closed it, is not looked at.
 */
export class ReservedLink implements Link {
  readonly #link: Link
  readonly #reservations = new Map<number, Reservation>()
  readonly #refusals = new Map<number, Error>()

  /**
   * Opens `ports`. Rejects with the `LinkError` of the first that cannot be had; those of `optional` fail when
   * they are asked for.
   */
  static async reserve(
    link: Link,
    ports: readonly number[],
    optional: readonly number[],
  ): Promise<ReservedLink> {
    const reserved = new ReservedLink(link)
    for (const port of ports)
      try {
        await reserved.#reserve(port)
      } catch (error) {
        if (!optional.includes(port) || !(error instanceof Error)) throw error
        reserved.#refusals.set(port, error)
      }
    return reserved
  }

  private constructor(link: Link) {
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
    const reservation = this.#reservations.get(port)
    if (reservation === undefined || reservation.hear !== undefined) return this.#link.open(port, onDatagram)
    reservation.hear = onDatagram
    return {
      port,
      send: (data, to) => reservation.socket.send(data, to),
      close: () => (reservation.hear = undefined),
    }
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
    const reservation: Reservation = {
      socket: await this.#link.open(port, (data, from) => reservation.hear?.(data, from)),
      hear: undefined,
    }
    this.#reservations.set(port, reservation)
  }
}
