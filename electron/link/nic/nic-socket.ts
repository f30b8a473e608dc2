import type { Endpoint, LinkSocket } from '../link.ts'
import { closePort, type PortSockets } from './ports.ts'

/** What a socket needs of the link that it belongs to. */
export interface SocketOwner {
  hear(data: Buffer, from: Endpoint): void
  failed(error: Error): void
  closed(): void
}

/** A port of a real interface. The system's sockets under it are replaced when the adapter comes back. */
export class NicSocket implements LinkSocket {
  readonly port: number
  #sockets: PortSockets | undefined
  readonly #owner: SocketOwner
  #closed = false

  constructor(sockets: PortSockets, owner: SocketOwner) {
    this.port = sockets.speaking.address().port
    this.#owner = owner
    this.adopt(sockets)
  }

  /** Goes on with other sockets in place of the ones before. */
  adopt(sockets: PortSockets): void {
    if (this.#closed) {
      closePort(sockets)
      return
    }
    this.release()
    for (const socket of new Set([sockets.hearing, sockets.speaking]))
      socket
        .on('message', (data, from) => this.#owner.hear(data, from))
        .on('error', (error) => this.#owner.failed(error))
    this.#sockets = sockets
  }

  /** Closes the system's sockets and waits for others. */
  release(): void {
    if (this.#sockets !== undefined) closePort(this.#sockets)
    this.#sockets = undefined
  }

  send(data: Uint8Array, to: Endpoint): void {
    // A hostile datagram may come from port 0, where no answer can go.
    if (this.#sockets === undefined || to.port === 0) return
    // `dgram` sends at its next turn, and by then the caller may have used its memory again.
    this.#sockets.speaking.send(Buffer.from(data), to.port, to.address, (error) => {
      if (error !== null) this.#owner.failed(error)
    })
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.release()
    this.#owner.closed()
  }
}
