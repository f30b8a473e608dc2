/** Receiving on connected sockets without the event loop, on Linux and macOS. */
import koffi from 'koffi'

const MSG_DONTWAIT = process.platform === 'darwin' ? 0x80 : 0x40
const POLLIN = 1

const library = (() => {
  let made: ReturnType<typeof load> | undefined
  const load = () => {
    const c = koffi.load(null)
    return {
      recv: c.func('intptr_t recv(int fd, void *data, size_t length, int flags)'),
      poll: c.func('int poll(void *fds, unsigned long count, int timeout)'),
    }
  }
  return () => (made ??= load())
})()

/** Receives one datagram without waiting. The result is its length, negative when there is none. */
export function receive(fd: number, into: Buffer): number {
  return library().recv(fd, into, into.length, MSG_DONTWAIT)
}

/** Descriptors to be asked together whether they have something to read: an array of struct pollfd. */
export class PollSet {
  #bytes = Buffer.alloc(8 * 16)
  #count = 0

  get size(): number {
    return this.#count
  }

  fd(index: number): number {
    return this.#bytes.readInt32LE(8 * index)
  }

  add(fd: number): void {
    if (8 * this.#count === this.#bytes.length)
      this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#bytes.length)])
    this.#bytes.writeInt32LE(fd, 8 * this.#count)
    this.#bytes.writeInt16LE(POLLIN, 8 * this.#count + 4)
    this.#count++
  }

  remove(fd: number): void {
    for (let index = 0; index < this.#count; index++) {
      if (this.fd(index) !== fd) continue
      this.#count--
      this.#bytes.copy(this.#bytes, 8 * index, 8 * this.#count, 8 * this.#count + 8)
      return
    }
  }

  /** Asks without waiting; the result is how many descriptors are ready. */
  poll(): number {
    return library().poll(this.#bytes, this.#count, 0)
  }

  /** What the last `poll` said of one of them. */
  isReady(index: number): boolean {
    return this.#bytes.readInt16LE(8 * index + 6) !== 0
  }
}
