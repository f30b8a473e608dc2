import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { LinkConnection, LinkListener } from '../link.ts'
import { fileSender } from '../native/send-file.ts'
import * as native from '../native/sockets.ts'
import type { Attachment } from './ports.ts'

/** What a listener needs of the link that it belongs to. */
export interface ListenerOwner {
  connected(connection: LinkConnection): void
  closed(): void
}

/** Listens on a TCP port of an interface; 0 is a free one. Throws the system's error. */
export async function listenOn(attachment: Attachment, port: number): Promise<Server> {
  const server = createServer()
  if (native.hasNativeSockets) listenBound(server, attachment, port)
  else server.listen({ host: attachment.address, port, exclusive: true })
  await once(server, 'listening')
  return server
}

function listenBound(server: Server, { name, address }: Attachment, port: number): void {
  const fd = native.openTcp()
  try {
    // Connections of a session before this one may still be waiting for their last packets.
    native.setFlag(fd, 'reuseAddress', true)
    native.bindToInterface(fd, name)
    native.bind(fd, address, port)
  } catch (error) {
    native.closeDescriptor(fd)
    throw error
  }
  server.listen({ fd })
}

/** A TCP port of a real interface. The system's socket under it is replaced when the adapter comes back. */
export class NicListener implements LinkListener {
  readonly port: number
  readonly #owner: ListenerOwner
  #server: Server | undefined
  #closed = false

  constructor(server: Server, owner: ListenerOwner) {
    this.#owner = owner
    this.port = portOf(server)
    this.adopt(server)
  }

  /** Goes on with another socket in place of the one before. */
  adopt(server: Server): void {
    this.release()
    if (this.#closed) {
      server.close()
      return
    }
    server
      .on('connection', (socket) => this.#accept(socket))
      // A connection that was gone before it could be taken.
      .on('error', () => undefined)
    this.#server = server
  }

  /** Closes the system's socket and waits for another. */
  release(): void {
    this.#server?.close()
    this.#server = undefined
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.release()
    this.#owner.closed()
  }

  #accept(socket: Socket): void {
    const { remoteAddress, remotePort } = socket
    if (remoteAddress === undefined || remotePort === undefined) {
      socket.destroy()
      return
    }
    // Answers are sent whole: to wait for more would only delay them.
    socket.setNoDelay(true)
    const peer = { address: remoteAddress, port: remotePort }
    const sendFile = fileSender(socket)
    this.#owner.connected(Object.assign(socket, { peer }, sendFile === undefined ? {} : { sendFile }))
  }
}

function portOf(server: Server): number {
  const address = server.address()
  return address !== null && typeof address === 'object' ? address.port : 0
}
