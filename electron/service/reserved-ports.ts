import type { DatagramHandler, Link, LinkSocket } from '../link/link.ts'

/** A port that is open and waits for the server that will take it. */
interface Reservation {
  readonly socket: LinkSocket
  hear: DatagramHandler | undefined
}

/**
 * Ports of a link that were opened while this process was root and are handed out once it is no longer. What
 * comes in before a server has taken a port, or after it gave it back, is not looked at.
 */
export class ReservedPorts {
  readonly #reservations = new Map<number, Reservation>()
  readonly #refused = new Map<number, unknown>()

  /**
   * Opens `ports`. Rejects with the `LinkError` of the first that cannot be had; those of `optional` fail when
   * they are asked for.
   */
  static async open(
    link: Link,
    ports: readonly number[],
    optional: readonly number[],
  ): Promise<ReservedPorts> {
    const reserved = new ReservedPorts()
    for (const port of ports)
      try {
        await reserved.#reserve(link, port)
      } catch (error) {
        if (!optional.includes(port)) throw error
        reserved.#refused.set(port, error)
      }
    return reserved
  }

  /** The link as its servers see it: a reserved port is opened by taking it. */
  wrap(link: Link): Link {
    return new Proxy(link, {
      get: (target, property) => {
        if (property === 'open')
          return (port: number, hear: DatagramHandler) => this.#take(port, hear) ?? target.open(port, hear)
        const value: unknown = Reflect.get(target, property, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }

  async #reserve(link: Link, port: number): Promise<void> {
    const reservation: Reservation = {
      socket: await link.open(port, (data, from) => reservation.hear?.(data, from)),
      hear: undefined,
    }
    this.#reservations.set(port, reservation)
  }

  #take(port: number, hear: DatagramHandler): Promise<LinkSocket> | undefined {
    if (this.#refused.has(port)) return Promise.reject(this.#refused.get(port) as Error)
    const reservation = this.#reservations.get(port)
    if (reservation === undefined || reservation.hear !== undefined) return undefined
    reservation.hear = hear
    return Promise.resolve({
      port,
      send: (data, to) => reservation.socket.send(data, to),
      close: () => (reservation.hear = undefined),
    })
  }
}
