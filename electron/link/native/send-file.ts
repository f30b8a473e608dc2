/**
 * sendfile(2) of Linux: bytes go from a file to a socket inside the kernel. It may wait for the disk, so it runs in
 * a thread of libuv's; and never for the peer, because Node's sockets do not block.
 */
import type { Socket } from 'node:net'
import type { FileBytes, LinkConnection } from '../link.ts'
import { fromLinux } from './library.ts'
import { closeDescriptor, sendMore } from './sockets.ts'

/** The most that one call moves: other clients want the thread too. */
const AT_ONCE = 1024 * 1024

interface Library {
  readonly dup: (fd: number) => number
  readonly sendfile: {
    async(
      socket: number,
      file: number,
      offset: Buffer,
      count: number,
      done: (error: Error | null, sent: number) => void,
    ): void
  }
}

const library = fromLinux((c): Library => ({
  dup: c.func('int dup(int fd)'),
  sendfile: c.func('intptr_t sendfile64(int socket, int file, void *offset, size_t count)') as never,
}))

/** What sends files by a connection; undefined where the system cannot. */
export function fileSender(socket: Socket): LinkConnection['sendFile'] {
  const c = library()
  if (c === undefined) return undefined
  const sender = new FileSender(c, socket)
  return (head, file) => sender.send(head, file)
}

class FileSender {
  readonly #library: Library
  readonly #socket: Socket
  readonly #offset = Buffer.alloc(8)
  #descriptor = -1
  #isSending = false

  constructor(library: Library, socket: Socket) {
    this.#library = library
    this.#socket = socket
  }

  async send(head: Buffer, file: FileBytes): Promise<number> {
    if (this.#descriptor < 0 && !this.#open()) return 0
    const sent = sendMore(this.#descriptor, head)
    if (sent < head.length) return sent
    this.#isSending = true
    try {
      return sent + (await this.#sendFrom(file))
    } finally {
      this.#isSending = false
      if (this.#socket.destroyed) this.#close()
    }
  }

  #sendFrom({ fd, offset, length }: FileBytes): Promise<number> {
    this.#offset.writeBigInt64LE(BigInt(offset))
    return new Promise((resolve, reject) => {
      const { sendfile } = this.#library
      sendfile.async(this.#descriptor, fd, this.#offset, Math.min(length, AT_ONCE), (error, sent) => {
        if (error === null) resolve(Math.max(0, sent))
        else reject(error)
      })
    })
  }

  /**
   * A descriptor of its own: the socket's may be closed before the thread has begun, and then be that of somebody
   * else's connection.
   */
  #open(): boolean {
    const fd = descriptorOf(this.#socket)
    if (fd < 0 || this.#socket.destroyed) return false
    this.#descriptor = this.#library.dup(fd)
    this.#socket.once('close', () => {
      if (!this.#isSending) this.#close()
    })
    return this.#descriptor >= 0
  }

  #close(): void {
    if (this.#descriptor >= 0) closeDescriptor(this.#descriptor)
    this.#descriptor = -1
  }
}

/** Node has no other name for it; -1 where there is none. */
function descriptorOf(socket: Socket): number {
  const { _handle } = socket as unknown as { readonly _handle?: { readonly fd?: number } | null }
  return _handle?.fd ?? -1
}
