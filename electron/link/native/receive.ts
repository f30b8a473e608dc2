/** Receiving on connected sockets without the event loop, on Linux and macOS. */
import koffi from 'koffi'

const darwin = process.platform === 'darwin'

const POLLIN = 1
const F_SETFL = 4
const O_RDWR = 2
const O_NONBLOCK = darwin ? 0x4 : 0o4000
const SOL_SOCKET = darwin ? 0xffff : 1
const SO_RCVTIMEO = darwin ? 0x1006 : 20

/** Looked up at first use, as in `sockets.ts`. */
const library = (() => {
  let made: ReturnType<typeof load> | undefined
  const load = () => {
    const c = koffi.load(null)
    return {
      recv: c.func('intptr_t recv(int fd, void *data, size_t length, int flags)'),
      poll: c.func('int poll(void *fds, unsigned long count, int timeout)'),
      fcntl: c.func('int fcntl(int fd, int command, ...)'),
      setsockopt: c.func('int setsockopt(int fd, int level, int name, const void *value, uint32_t length)'),
    }
  }
  return () => (made ??= load())
})()

/** Receives one datagram. The result is its length, negative when there is none. */
export function receive(fd: number, into: Buffer): number {
  return library().recv(fd, into, into.length, 0)
}

/** Makes `receive` wait, or not. The event loop is only to see descriptors on which it does not. */
export function setBlocking(fd: number, blocking: boolean): void {
  library().fcntl(fd, F_SETFL, 'int', blocking ? O_RDWR : O_RDWR | O_NONBLOCK)
}

/** How long `receive` waits at the most where it waits; the kernel counts in ticks of up to 10 ms. */
export function setPatience(fd: number, milliseconds: number): void {
  const timeval = Buffer.alloc(16)
  timeval.writeInt32LE(1000 * milliseconds, 8)
  library().setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeval, timeval.length)
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

  /** Waits for at most `milliseconds`; the result is how many descriptors are ready. */
  wait(milliseconds: number): number {
    return library().poll(this.#bytes, this.#count, milliseconds)
  }

  /** What the last `wait` said of one of them. */
  isReady(index: number): boolean {
    return this.#bytes.readInt16LE(8 * index + 6) !== 0
  }
}
