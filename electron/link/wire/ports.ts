import { type DatagramHandler, type Endpoint, LinkError } from '../link.ts'

interface Port {
  /** The only one who is heard; absent for a port that hears everyone. */
  readonly peer?: Endpoint
  readonly onDatagram: DatagramHandler
}

/** The dynamic ports (RFC 6335 section 6). */
const FIRST_EPHEMERAL = 49152
const LAST_EPHEMERAL = 65535

/** The wire's UDP ports and who listens on them. */
export class Ports {
  readonly #ports = new Map<number, Port>()
  #nextEphemeral = FIRST_EPHEMERAL

  /** @throws LinkError when the port is taken */
  open(port: number, onDatagram: DatagramHandler): void {
    if (this.#ports.has(port))
      throw new LinkError('port-taken', `UDP port ${port} is already open on the wire.`, [
        'Stop the session that uses it, or start this one on a wire of its own.',
      ])
    this.#ports.set(port, { onDatagram })
  }

  /**
   * Opens a port that hears `peer` alone; returns its number. Numbers take turns, so that a late datagram for an
   * earlier conversation does not disturb the next.
   * @throws LinkError when all are taken
   */
  connect(peer: Endpoint, onDatagram: DatagramHandler): number {
    for (let tries = FIRST_EPHEMERAL; tries <= LAST_EPHEMERAL; tries++) {
      const port = this.#nextEphemeral
      this.#nextEphemeral = port === LAST_EPHEMERAL ? FIRST_EPHEMERAL : port + 1
      if (this.#ports.has(port)) continue
      this.#ports.set(port, { peer, onDatagram })
      return port
    }
    throw new LinkError('failed', 'Every ephemeral UDP port of the wire is in use.', [
      'Wait until some transfers have ended.',
    ])
  }

  /** Hands a datagram to whoever listens; false when nobody does. */
  deliver(port: number, data: Buffer, from: Endpoint): boolean {
    const found = this.#ports.get(port)
    if (found === undefined) return false
    const { peer } = found
    if (peer !== undefined && (peer.address !== from.address || peer.port !== from.port)) return false
    found.onDatagram(data, from)
    return true
  }

  close(port: number): void {
    this.#ports.delete(port)
  }

  clear(): void {
    this.#ports.clear()
  }
}
